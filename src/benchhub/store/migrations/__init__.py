"""Migrations: one file per version below ``versions``, run by Alembic when `bh db migrate` is asked for."""
