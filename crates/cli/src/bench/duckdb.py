# Runs the queries of each page in DuckDB on the files it is told, and prints the milliseconds of each page as JSON.
import json
import re
import sys
import time

import duckdb

pages = json.load(open(sys.argv[1]))
connection = duckdb.connect()
connection.execute("SET enable_progress_bar = false")
connection.execute("SET enable_object_cache = true")


def translated(query, tables):
    query = re.sub(r"X'([0-9a-f]+)'", r"from_hex('\1')", query)
    # A date is no number of days here.
    query = query.replace("CAST(day AS INT)", "(day - DATE '1970-01-01')")
    query = query.replace(") / 7", ") // 7")
    for table in tables:
        files = ", ".join("'" + file + "'" for file in table["files"])
        source = f"read_parquet([{files}])" if files else None
        if source is None:
            return None
        query = re.sub(rf"\bFROM {table['table']}\b", f"FROM {source}", query)
    return query


translations = [[t for q in page if (t := translated(q["query"], q["tables"]))] for page in pages]
times = []
for round in range(3):
    for page in translations:
        start = time.perf_counter()
        for query in page:
            connection.execute(query).fetchall()
        if round > 0:
            times.append((time.perf_counter() - start) * 1e3)
print(json.dumps(times))
