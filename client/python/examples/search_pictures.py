"""Index a folder of pictures, and search it with words.

    search_pictures.py index photos/ --database photos.db
    search_pictures.py search 'a slice of pizza' --database photos.db

The vectors are kept in LanceDB, a database that lives in a folder and needs no
server. `index` may be run again: what has not changed is not embedded again,
and what was deleted is forgotten.
"""

import argparse
import pathlib
import sys

import lancedb
import pyarrow

import clip_serving

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}
TABLE = "pictures"
ROWS_A_WRITE = 1000


def schema(model):
    """A vector of another model must never get into the table: its name and
    checkpoint are part of it."""
    fields = [
        pyarrow.field("path", pyarrow.string()),
        pyarrow.field("modified", pyarrow.float64()),
        pyarrow.field("vector",
                      pyarrow.list_(pyarrow.float32(), model.embed_dim)),
    ]
    return pyarrow.schema(fields,
                          metadata={"checkpoint": model.checkpoint_sha256})


def open_table(database, model):
    """The table of this model; one of another model is an error."""
    connection = lancedb.connect(database)
    try:
        table = connection.open_table(TABLE)
    except ValueError:
        return connection.create_table(TABLE, schema=schema(model))
    if table.schema.metadata[b"checkpoint"].decode() != model.checkpoint_sha256:
        sys.exit(f"{database} was made with another model than {model.name}")
    return table


def pictures_below(folder):
    return {
        str(path): path.stat().st_mtime
        for path in sorted(pathlib.Path(folder).rglob("*"))
        if path.suffix.lower() in SUFFIXES
    }


def forget(table, paths):
    for path in paths:
        quoted = path.replace("'", "''")
        table.delete(f"path = '{quoted}'")


def index(clip, table, folder):
    """Returns how many pictures were (embedded, unreadable)."""
    found = pictures_below(folder)
    known = table.search().select(["path", "modified"]).to_list()
    known = {row["path"]: row["modified"] for row in known}
    forget(table, [path for path in known if found.get(path) != known[path]])
    new = [path for path in found if found[path] != known.get(path)]
    rows, failed = [], 0
    for result in clip.encode_stream(
        (clip_serving.StreamItem(path, image=path) for path in new)):
        if result.error is not None:
            print(f"{result.key}: {result.error}", file=sys.stderr)
            failed += 1
            continue
        rows.append({
            "path": result.key,
            "modified": found[result.key],
            "vector": result.vector
        })
        if len(rows) == ROWS_A_WRITE:
            table.add(rows)
            rows = []
    if rows:
        table.add(rows)
    return len(new) - failed, failed


def search(clip, table, words, count):
    """The best (cosine, path), best first. Exact: every vector is compared."""
    vector = clip.encode_texts(words)
    hits = table.search(vector).distance_type("cosine").limit(count).to_list()
    return [(1 - hit["_distance"], hit["path"]) for hit in hits]


def parse(arguments):
    parser = argparse.ArgumentParser(
        description="Index a folder of pictures, and search it with words.")
    parser.add_argument("--server", default="localhost:50051")
    parser.add_argument("--database", default="pictures.db", metavar="FOLDER")
    commands = parser.add_subparsers(dest="command", required=True)
    adding = commands.add_parser("index")
    adding.add_argument("folder")
    searching = commands.add_parser("search")
    searching.add_argument("words")
    searching.add_argument("--count", type=int, default=5)
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse(arguments)
    with clip_serving.Client(options.server) as clip:
        table = open_table(options.database, clip.model())
        if options.command == "index":
            if not pathlib.Path(options.folder).is_dir():
                sys.exit(f"{options.folder} is no folder")
            done, failed = index(clip, table, options.folder)
            print(f"{done} pictures embedded, {failed} not readable, "
                  f"{table.count_rows()} in the index")
            return 1 if failed else 0
        for cosine, path in search(clip, table, options.words, options.count):
            print(f"{cosine:.3f}  {path}")
        return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except clip_serving.ClipError as error:
        sys.exit(f"search_pictures: {error}")
