"""Embed a data set in parallel, with workers of Dask and several servers.

    embed_with_dask.py photos/ --server 10.0.0.1:50051,10.0.0.2:50051 vectors/

Writes vectors/part-00000.npz and so on, each with `paths` and `vectors`
[n, embed_dim], and vectors/errors.txt. A part that is there already is not
done again, so that a run that was stopped goes on where it was.

Each worker is a process; for each part it has a client of its own, whose
streams go round the servers. One that dies is left out. `--scheduler HOST:PORT`
uses the workers of a Dask cluster; without it they are started here. They read
the pictures, so the folder must have the same path everywhere.
"""

import argparse
import contextlib
import pathlib
import sys

import dask.distributed
import numpy as np

import clip_serving

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}


def embed_part(part, paths, out, target):
    """What a worker does. Returns (embedded, errors as lines)."""
    file = pathlib.Path(out) / f"part-{part:05}.npz"
    if file.exists():
        return len(np.load(file)["paths"]), []
    names, vectors, errors = [], [], []
    with clip_serving.Client(target) as clip:
        for result in clip.encode_stream(paths, kind="image", ordered=True):
            if result.error is not None:
                errors.append(f"{paths[result.index]}: {result.error}")
                continue
            names.append(paths[result.index])
            vectors.append(result.vector)
    # Renamed when complete: what is there is whole.
    partial = file.with_suffix(".partial.npz")
    np.savez(partial,
             paths=np.array(names, dtype=str),
             vectors=np.array(vectors, dtype=np.float32))
    partial.rename(file)
    return len(names), errors


def pictures_below(folder):
    return [
        str(path.resolve())
        for path in sorted(pathlib.Path(folder).rglob("*"))
        if path.suffix.lower() in SUFFIXES
    ]


def embed_all(cluster, target, paths, out, part_size):
    """Hands the parts out; prints as they are done. Returns (done, errors)."""
    parts = [paths[i:i + part_size] for i in range(0, len(paths), part_size)]
    futures = [
        cluster.submit(embed_part, number, part, str(out), target, pure=False)
        for number, part in enumerate(parts)
    ]
    done, errors = 0, []
    for finished in dask.distributed.as_completed(futures):
        embedded, failed = finished.result()
        done += embedded
        errors += failed
        print(f"\r{done} of {len(paths)} embedded", end="", file=sys.stderr)
    print(file=sys.stderr)
    return done, sorted(errors)


@contextlib.contextmanager
def workers(options):
    """Those of a cluster that runs, or ones that live as long as we do."""
    if options.scheduler:
        with dask.distributed.Client(options.scheduler) as cluster:
            yield cluster
        return
    with dask.distributed.LocalCluster(n_workers=options.workers,
                                       threads_per_worker=1,
                                       dashboard_address=None) as local:
        with dask.distributed.Client(local) as cluster:
            yield cluster


def parse(arguments):
    parser = argparse.ArgumentParser(
        description="Embed a folder of pictures with Dask workers.")
    parser.add_argument("folder")
    parser.add_argument("out")
    parser.add_argument("--server", default="localhost:50051",
                        help="HOST:PORT, or several IP:PORT with commas")
    parser.add_argument("--scheduler", help="of a Dask cluster that runs")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--part-size", type=int, default=10_000)
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse(arguments)
    out = pathlib.Path(options.out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    paths = pictures_below(options.folder)
    if not paths:
        sys.exit(f"no pictures below {options.folder}")
    servers = options.server.split(",")
    target = servers if len(servers) > 1 else servers[0]
    with clip_serving.Client(target) as clip:
        clip.model()  # Fails now where no server answers.
    with workers(options) as cluster:
        done, errors = embed_all(cluster, target, paths, out,
                                 options.part_size)
    (out / "errors.txt").write_text("".join(line + "\n" for line in errors))
    print(f"{done} pictures embedded, {len(errors)} failed: see {out}")
    return 1 if errors else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except clip_serving.ClipError as error:
        sys.exit(f"embed_with_dask: {error}")
