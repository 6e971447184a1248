"""Tests of tools/check_layering.py on small trees."""

import importlib.util
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location(
    "check_layering", ROOT / "tools" / "check_layering.py")
check_layering = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(check_layering)


def problems_of(tmp_path, path, include):
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(f"#include {include}\n")
    return check_layering.check_file(tmp_path, file)


@pytest.mark.parametrize("path, include", [
    ("model/layers/mlp.cc", '"model/towers/vision_tower.h"'),
    ("model/encoder.h", '"server/server.h"'),
    ("client/clip_client.cc", '"model/encoder.h"'),
    ("server/batching/batch_queue.h", '"server/pipeline/decode_pool.h"'),
    ("server/batching/batch_queue.h", "<grpcpp/grpcpp.h>"),
    ("server/pipeline/decode_pool.cc", '"clip/v1/clip.pb.h"'),
    ("server/service/clip_service.cc", "<torch/torch.h>"),
    ("model/tokenizer/bpe_tokenizer.cc", "<ATen/ATen.h>"),
    ("model/clip.cc", "<opencv2/core.hpp>"),
    ("server/server.cc", "<boost/asio/io_context.hpp>"),
])
def test_an_arrow_against_the_layers_is_reported(tmp_path, path, include):
    assert len(problems_of(tmp_path, path, include)) == 1


@pytest.mark.parametrize("path, include", [
    ("model/towers/text_transformer.cc", '"model/layers/mlp.h"'),
    ("model/layers/mlp.cc", '"model/layers/quick_gelu.h"'),
    ("model/clip.cc", "<torch/nn/module.h>"),
    ("server/service/clip_service.cc", '"clip/v1/clip.pb.h"'),
    ("server/service/clip_service.cc", '"absl/status/status.h"'),
    ("tests/server/server_test.cc", '"server/server.h"'),
])
def test_an_arrow_along_the_layers_is_accepted(tmp_path, path, include):
    assert problems_of(tmp_path, path, include) == []
