#!/usr/bin/env python3
"""Checks the Kubernetes manifests of deploy/ without a cluster.

    .deps/test-venv/bin/python tools/check_manifests.py [--server clip_server]

Renders every overlay as `kubectl kustomize` does, validates each object
strictly against the schemas of the oldest and the newest Kubernetes that we
support (a misspelt field is an error), and applies the rules of
manifest_policy.py. With --server, every CLIP_SERVER_ setting must also be a
flag in the binary's help. Prints one line a problem; exits 1 when there is one.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys

import jsonschema
import kubernetes_validate
import yaml

import manifest_policy

KUBERNETES = pathlib.Path(__file__).resolve().parents[1] / "deploy/kubernetes"
# The sleep action of preStop works by default from 1.30 on.
SUPPORTED_VERSIONS = ("1.30", "1.37")

# Kinds that the cluster's own schemas do not have.
_SELECTOR = {
    "type": "object",
    "properties": {"matchLabels": {"type": "object"}},
    "additionalProperties": False,
}
_ENDPOINT = {
    "type": "object",
    "properties": {
        name: {"type": "string"}
        for name in ("port", "path", "interval", "scrapeTimeout")
    },
    "required": ["port"],
    "additionalProperties": False,
}
OTHER_SCHEMAS = {
    "ServiceMonitor": {
        "type": "object",
        "properties": {
            "apiVersion": {"const": "monitoring.coreos.com/v1"},
            "kind": {"const": "ServiceMonitor"},
            "metadata": {"type": "object", "required": ["name"]},
            "spec": {
                "type": "object",
                "properties": {
                    "selector": _SELECTOR,
                    "endpoints": {"type": "array", "items": _ENDPOINT},
                },
                "required": ["selector", "endpoints"],
                "additionalProperties": False,
            },
        },
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "additionalProperties": False,
    }
}


def render(directory):
    """The objects of a kustomization."""
    beside_python = pathlib.Path(sys.executable).with_name("kubectl")
    kubectl = beside_python if beside_python.exists() else shutil.which(
        "kubectl")
    if kubectl is None:
        raise RuntimeError("no kubectl: run scripts/setup --tests")
    text = subprocess.run([kubectl, "kustomize", directory],
                          check=True,
                          stdout=subprocess.PIPE).stdout
    return [obj for obj in yaml.safe_load_all(text) if obj]


def name_of(obj):
    return f"{obj.get('kind')}/{obj.get('metadata', {}).get('name')}"


def schema_problems(objects):
    """What the schemas refuse, one line each."""
    problems = []
    for obj in objects:
        for version in SUPPORTED_VERSIONS:
            try:
                if obj.get("kind") in OTHER_SCHEMAS:
                    jsonschema.validate(obj, OTHER_SCHEMAS[obj["kind"]])
                else:
                    kubernetes_validate.validate(obj, version, strict=True)
            except (kubernetes_validate.ValidationError,
                    jsonschema.ValidationError) as error:
                path = ".".join(str(part) for part in error.path)
                problems.append(f"{name_of(obj)}: {path or 'object'}: "
                                f"{error.message} (Kubernetes {version})")
            except (kubernetes_validate.InvalidSchemaError,
                    kubernetes_validate.SchemaNotFoundError) as error:
                problems.append(f"{name_of(obj)}: no schema: {error.message}")
    return problems


def problems_of(objects, server_help=None):
    """Every problem of one rendered overlay."""
    problems = schema_problems(objects)
    if problems:
        return problems  # The rules expect well-formed objects.
    manifests = manifest_policy.Manifests(objects)
    problems = manifest_policy.problems_of(manifests)
    if server_help is not None:
        problems += manifest_policy.setting_problems(manifests, server_help)
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", help="the clip_server to take flags from")
    arguments = parser.parse_args()
    server_help = None
    if arguments.server:
        server_help = subprocess.run([arguments.server, "--help"],
                                     check=True,
                                     text=True,
                                     stdout=subprocess.PIPE).stdout
    failed = False
    for overlay in sorted((KUBERNETES / "overlays").iterdir()):
        objects = render(overlay)
        problems = problems_of(objects, server_help)
        failed = failed or bool(problems)
        print(f"overlay {overlay.name}: {len(objects)} objects, "
              f"{len(problems)} problems")
        for problem in problems:
            print(f"  {problem}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
