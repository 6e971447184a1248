#!/usr/bin/env python3
"""Checks that the include arrows between the folders point one way.

    tools/check_layering.py [ROOT]

Reads every .h and .cc below ROOT and compares its includes with the tables
below: which folders of ours a folder may include, and which folders may
include a third-party world at all. Prints each include that breaks a rule and
exits with 1 if there is one.
"""

import pathlib
import re
import sys

# Folder -> the folders (or single headers) of ours that it may include beside
# itself. A file belongs to its longest matching folder.
ALLOWED = {
    "model/base": [],
    "model/config": ["model/base"],
    "model/tokenizer": ["model/base", "model/config"],
    "model/image": ["model/base", "model/config"],
    "model/checkpoint": ["model/base", "model/config"],
    "model/layers": ["model/base", "model/config"],
    "model/memory": [],
    "model/towers": ["model/base", "model/config", "model/layers"],
    "model/zero_shot": [
        "model/base", "model/config", "model/tokenizer/tokenizer.h",
        "model/encoder.h",
    ],
    "model/train": ["model"],
    "model/examples": ["model"],
    "model": [
        "model/base", "model/config", "model/tokenizer", "model/image",
        "model/checkpoint", "model/layers", "model/memory", "model/towers",
    ],
    "server/batching": ["model/base", "model/encoder.h"],
    "server/admission": ["model/base", "server/batching"],
    "server/pipeline": [
        "model/base", "model/config", "model/encoder.h", "model/load_model.h",
        "model/tokenizer", "model/image", "server/batching",
        "server/admission",
    ],
    "server/observability": [
        "model/base", "server/batching", "server/admission",
        "server/pipeline/pipeline_observer.h",
    ],
    "server/health": ["model/base", "server/batching", "server/observability"],
    "server/service": [
        "proto", "model/base", "model/config", "model/encoder.h",
        "model/similarity.h", "model/zero_shot", "server/admission/reject_reason.h",
        "server/batching", "server/pipeline", "server/observability",
    ],
    "server/web": [
        "proto", "model/base", "server/batching/mutex.h",
        "server/observability/host_port.h",
    ],
    "server": ["proto", "model", "server"],
    "client/cli": ["client", "model/zero_shot"],
    "client/load": ["client"],
    "client": ["proto"],
    "tests": ["proto", "model", "server", "client"],
}

# Third-party world -> pattern of its headers and the folders that may see it.
WORLDS = {
    "torch": (
        r"<(torch|ATen|c10)/",
        ["model", "tests/gpu", "tests/model", "tests/benchmarks/model"],
    ),
    "gRPC or protobuf": (
        r"<(grpc|grpcpp|google/protobuf)/|\.pb\.h[\">]",
        ["server", "client", "tests"],
    ),
    "OpenCV": (r"<opencv2?/", ["model/image", "tests/model/image"]),
    "Boost": (r"<boost/", ["server/web"]),
    "Prometheus": (
        r"<prometheus/",
        ["server/observability", "tests/server/observability"],
    ),
}
# Folders inside the ones above that may not see the world after all.
FORBIDDEN = {
    "torch": ["model/config", "model/tokenizer", "model/image"],
    "gRPC or protobuf": [
        "server/batching", "server/admission", "server/pipeline",
    ],
}

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"][^>"]+[>"])')
GENERATED = re.compile(r"^(clip/v1|google/rpc|inference)/")
OURS = re.compile(r"^(proto|model|server|client|tests)/")


def is_below(path, folder):
    return path == folder or path.startswith(folder + "/")


def owner_of(path):
    """The longest folder of ALLOWED that holds the file."""
    owners = [folder for folder in ALLOWED if is_below(path, folder)]
    return max(owners, key=len, default=None)


def check_own_include(path, target):
    """Why the file may not include our header `target`, or None."""
    if GENERATED.match(target):
        target = "proto/" + target
    owner = owner_of(path)
    if not OURS.match(target) or owner is None or owner_of(target) == owner:
        return None
    if any(is_below(target, allowed) for allowed in ALLOWED[owner]):
        return None
    return f"{owner} may not include {target}"


def check_world(path, include):
    """Why the file may not include the third-party header, or None."""
    for world, (pattern, folders) in WORLDS.items():
        if not re.search(pattern, include):
            continue
        allowed = any(is_below(path, folder) for folder in folders)
        refused = any(
            is_below(path, folder) for folder in FORBIDDEN.get(world, []))
        if refused or not allowed:
            return f"{world} is not visible here: {include}"
    return None


def check_file(root, file):
    """All broken rules of one file, as printable lines."""
    path = file.relative_to(root).as_posix()
    problems = []
    for number, line in enumerate(file.read_text().splitlines(), start=1):
        match = INCLUDE.match(line)
        if not match:
            continue
        include = match.group(1)
        problem = check_world(path, include)
        if problem is None and include.startswith('"'):
            problem = check_own_include(path, include.strip('"'))
        if problem is not None:
            problems.append(f"{path}:{number}: {problem}")
    return problems


def main(arguments):
    root = pathlib.Path(arguments[1] if len(arguments) > 1 else ".").resolve()
    problems = []
    for folder in ("model", "server", "client", "tests"):
        for file in sorted((root / folder).rglob("*")):
            if file.suffix in (".h", ".cc"):
                problems += check_file(root, file)
    print("\n".join(problems) if problems else "layering: all arrows point one way")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
