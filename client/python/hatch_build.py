"""Generates the stubs of clip.v1 while the package is built.

The proto is `proto/clip/v1/clip.proto` in this folder, so that a copy of the
folder, and an sdist, build as well. It is a copy of the repository's, and
tests/tools/python_package_test.py holds the two equal.
"""

import pathlib
import re
import tempfile

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

PACKAGE = "clip_serving/_generated"
PROTO = "clip/v1/clip.proto"
STUBS = ("clip_pb2.py", "clip_pb2.pyi", "clip_pb2_grpc.py")
# The service's stub imports the messages by the proto's path. As a top-level
# package that would be `clip`, a name that others have.
ABSOLUTE_IMPORT = "from clip.v1 import clip_pb2 as"
RELATIVE_IMPORT = "from . import clip_pb2 as"


def generate(root, out):
    """Writes STUBS of the proto below `root` into the folder `out`."""
    import grpc_tools
    from google.rpc import status_pb2
    from grpc_tools import protoc

    root, out = pathlib.Path(root), pathlib.Path(out)
    # google/protobuf is with the compiler, google/rpc with its Python module.
    imports = (pathlib.Path(grpc_tools.__file__).parent / "_proto",
               pathlib.Path(status_pb2.__file__).parents[2])
    with tempfile.TemporaryDirectory() as folder:
        arguments = [
            "protoc", *(f"-I{path}" for path in (root / "proto", *imports)),
            f"--python_out={folder}", f"--pyi_out={folder}",
            f"--grpc_python_out={folder}", PROTO
        ]
        if protoc.main(arguments) != 0:
            raise RuntimeError(f"protoc refuses {root / 'proto' / PROTO}")
        for name in STUBS:
            text = (pathlib.Path(folder) / "clip/v1" / name).read_text()
            if name == "clip_pb2_grpc.py":
                if text.count(ABSOLUTE_IMPORT) != 1:
                    raise RuntimeError("the stubs import in an unknown way")
                text = text.replace(ABSOLUTE_IMPORT, RELATIVE_IMPORT)
            (out / name).write_text(text)


def dependencies_of(stubs):
    """The requirements of a package with these stubs.

    Generated code runs on the protobuf it was generated for, later ones of its
    major version and of the next one; and on gRPC from its own version on.
    """
    messages = (pathlib.Path(stubs) / "clip_pb2.py").read_text()
    service = (pathlib.Path(stubs) / "clip_pb2_grpc.py").read_text()
    protobuf = re.search(r"Domain\.PUBLIC,\s*(\d+),\s*(\d+),\s*(\d+)", messages)
    grpcio = re.search(r"GRPC_GENERATED_VERSION = '([\d.]+)", service)
    if protobuf is None or grpcio is None:
        raise RuntimeError("the stubs do not say which versions they need")
    major, minor, patch = (int(part) for part in protobuf.groups())
    return [
        "googleapis-common-protos>=1.63",
        f"grpcio>={grpcio.group(1)}",
        "grpcio-health-checking>=1.66",
        "numpy>=1.21",
        f"protobuf>={major}.{minor}.{patch},<{major + 2}",
    ]


class StubsHook(BuildHookInterface):
    """Puts the stubs into wheels; an editable install has them in the tree."""

    PLUGIN_NAME = "custom"

    def initialize(self, version, build_data):
        if self.target_name != "wheel":
            return
        if version == "editable":
            generate(self.root, pathlib.Path(self.root) / "src" / PACKAGE)
            return
        self._folder = tempfile.TemporaryDirectory()
        generate(self.root, self._folder.name)
        for name in STUBS:
            source = str(pathlib.Path(self._folder.name) / name)
            build_data["force_include"][source] = f"{PACKAGE}/{name}"


class DependenciesHook(MetadataHookInterface):
    """Requires the versions of grpcio and protobuf that the stubs need."""

    PLUGIN_NAME = "custom"

    def update(self, metadata):
        with tempfile.TemporaryDirectory() as folder:
            generate(self.root, folder)
            metadata["dependencies"] = dependencies_of(folder)
