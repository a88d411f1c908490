"""The migration of the stand-in: one row each time it runs."""

import os

import psycopg2

with psycopg2.connect(os.environ["DATABASE_URL"].replace("+psycopg2", "")) as connection:
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE IF NOT EXISTS migrations (at timestamptz DEFAULT now())")
    cursor.execute("INSERT INTO migrations DEFAULT VALUES")
