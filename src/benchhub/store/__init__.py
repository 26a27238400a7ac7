"""The only room that speaks SQL: schema, migrations, ingest, projection, views, queries."""
