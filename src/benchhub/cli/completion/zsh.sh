#compdef bh
# Completion of bh for zsh. In ~/.zshrc, behind compinit:  source <(bh completion zsh)
# or as a file `_bh` in a folder of $fpath.
_bh() {
    local line word
    local -a values shown begun
    while IFS= read -r line; do
        if [[ $line == $'\tfiles' ]]; then
            _files
            return
        fi
        [[ -z $line ]] && continue
        word=${line%%$'\t'*}
        if [[ $word == *= ]]; then
            begun+=("$word")
            continue
        fi
        values+=("$word")
        shown+=("${line/$'\t'/  -- }")
    done < <("${(Q)words[1]}" _complete words "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)
    (( $#values )) && compadd -l -d shown -- "${values[@]}"
    (( $#begun )) && compadd -S '' -- "${begun[@]}"
    return 0
}
if [[ ${funcstack[1]} == _bh ]]; then
    _bh "$@"
else
    compdef _bh bh
fi
