"""The doubts a reader of JUnit XML can have, listed: docs/reference/parse.md is made from here."""

PROBLEM_KINDS = {
    "damaged-xml": "A file of JUnit XML is damaged; what was whole is read.",
    "entities-refused": "A file of JUnit XML declares entities: it is not read beyond.",
    "forbidden-characters": "A file of JUnit XML holds bytes or characters that XML forbids: replaced in records.",
    "count-mismatch": "A suite says that more of its cases failed than it shows.",
    "suite-error": "A suite failed outside its cases; the text is what it says.",
    "no-report": "The command ended badly and wrote no JUnit XML; the text is what it said last.",
}

UNREAD_KINDS = {
    "not-junit": "A file holds no JUnit XML.",
    "not-xml": "Before the XML of a file stands something else.",
    "not-well-formed": "XML cannot be read at this place; reading goes on with the next suite or case.",
}
