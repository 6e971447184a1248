#include "server/pipeline/item_preprocessor.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <exception>
#include <new>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "fmt/format.h"
#include "model/base/status_macros.h"

namespace clip::server {
namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "PixelValues is copied as it is");

size_t RowSize(const model::PreprocessConfig& config) {
  return size_t{3} * config.image_height * config.image_width;
}

absl::Status CheckTokens(absl::Span<const int32_t> ids,
                         const model::ModelInfo& info) {
  if (ids.empty() || ids.size() > static_cast<size_t>(info.context_length)) {
    return absl::InvalidArgumentError(
        fmt::format("there are {} token ids; 1 to {} are allowed", ids.size(),
                    info.context_length));
  }
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] < 0 || ids[i] >= info.vocab_size) {
      return absl::InvalidArgumentError(
          fmt::format("token id {} at position {} is outside the vocabulary "
                      "of {} ids",
                      ids[i], i, info.vocab_size));
    }
  }
  return absl::OkStatus();
}

int CountWithoutPadding(absl::Span<const int32_t> ids, int32_t pad_id) {
  const auto last = std::find_if(ids.rbegin(), ids.rend(),
                                 [&](int32_t id) { return id != pad_id; });
  return static_cast<int>(ids.rend() - last);
}

}  // namespace

ItemPreprocessor::ItemPreprocessor(const model::LoadedModel& model,
                                   size_t max_idle_rows)
    : model_(model),
      rows_(RowSize(model.encoder->info().preprocess), max_idle_rows) {}

batching::Lane ItemPreprocessor::LaneOf(const PipelineItem& item) {
  const bool text = std::holds_alternative<TextString>(item) ||
                    std::holds_alternative<TextTokens>(item);
  return text ? batching::Lane::kText : batching::Lane::kImage;
}

size_t ItemPreprocessor::InputBytes(const PipelineItem& item) {
  struct Visitor {
    size_t operator()(const EncodedImage& x) const { return x.file.size(); }
    size_t operator()(const RgbPixels& x) const { return x.data.size(); }
    size_t operator()(const NormalizedPixels& x) const { return x.data.size(); }
    size_t operator()(const TextString& x) const { return x.text.size(); }
    size_t operator()(const TextTokens& x) const {
      return x.ids.size() * sizeof(int32_t);
    }
  };
  return std::visit(Visitor{}, item);
}

size_t ItemPreprocessor::BytesBeside(absl::Span<const PipelineItem> items,
                                     size_t message_bytes) {
  for (const PipelineItem& item : items) {
    message_bytes -= std::min(message_bytes, InputBytes(item));
  }
  return message_bytes;
}

size_t ItemPreprocessor::HeldBytes(const PipelineItem& item) const {
  const size_t row =
      LaneOf(item) == batching::Lane::kImage
          ? rows_.row_size() * sizeof(float)
          : model_.encoder->info().context_length * sizeof(int32_t);
  return InputBytes(item) + row;
}

absl::StatusOr<PreparedRow> ItemPreprocessor::Prepare(
    const PipelineItem& item) {
  try {
    return std::visit([this](const auto& x) { return PrepareItem(x); }, item);
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("memory is short");
  } catch (const std::exception& error) {
    return absl::InternalError(
        fmt::format("preprocessing failed: {}", error.what()));
  }
}

absl::StatusOr<PreparedRow> ItemPreprocessor::PrepareItem(
    const EncodedImage& image) {
  RowBuffer row = rows_.Acquire();
  CLIP_RETURN_IF_ERROR(
      model_.image_preprocessor->PreprocessEncoded(image.file, row.values()));
  return PreparedRow{std::move(row)};
}

absl::StatusOr<PreparedRow> ItemPreprocessor::PrepareItem(
    const RgbPixels& image) {
  RowBuffer row = rows_.Acquire();
  CLIP_RETURN_IF_ERROR(model_.image_preprocessor->PreprocessRgb(
      image.width, image.height, image.data, row.values()));
  return PreparedRow{std::move(row)};
}

absl::StatusOr<PreparedRow> ItemPreprocessor::PrepareItem(
    const NormalizedPixels& image) {
  const size_t wanted = rows_.row_size() * sizeof(float);
  if (image.data.size() != wanted) {
    const model::PreprocessConfig& config = model_.encoder->info().preprocess;
    return absl::InvalidArgumentError(fmt::format(
        "there are {} bytes of pixel values; 3 x {} x {} float32 are {} bytes",
        image.data.size(), config.image_height, config.image_width, wanted));
  }
  RowBuffer row = rows_.Acquire();
  const absl::Span<float> values = row.values();
  std::memcpy(values.data(), image.data.data(), wanted);
  if (!std::all_of(values.begin(), values.end(),
                   [](float value) { return std::isfinite(value); })) {
    return absl::InvalidArgumentError("the pixel values are not all finite");
  }
  return PreparedRow{std::move(row)};
}

absl::StatusOr<PreparedRow> ItemPreprocessor::PrepareItem(
    const TextString& text) {
  if (model_.tokenizer == nullptr) {
    return absl::InvalidArgumentError(fmt::format(
        "this model takes token ids only: {}", model_.tokenizer_unavailable));
  }
  CLIP_ASSIGN_OR_RETURN(model::TokenizedText tokens,
                        model_.tokenizer->Tokenize(text.text));
  return TextRow(std::move(tokens.ids), tokens.token_count, tokens.truncated);
}

absl::StatusOr<PreparedRow> ItemPreprocessor::PrepareItem(
    const TextTokens& text) {
  const model::ModelInfo& info = model_.encoder->info();
  CLIP_RETURN_IF_ERROR(CheckTokens(text.ids, info));
  std::vector<int32_t> row(info.context_length, pad_id());
  std::copy(text.ids.begin(), text.ids.end(), row.begin());
  return TextRow(std::move(row), CountWithoutPadding(text.ids, pad_id()),
                 /*truncated=*/false);
}

PreparedRow ItemPreprocessor::TextRow(std::vector<int32_t> ids, int token_count,
                                      bool truncated) const {
  const int length = model_.encoder->TextLength(ids);
  return PreparedRow{std::move(ids), token_count, truncated, length};
}

PreparedRow ItemPreprocessor::SampleRow(batching::Lane lane, int number) {
  if (lane == batching::Lane::kImage) {
    RowBuffer row = rows_.Acquire();
    std::fill(row.values().begin(), row.values().end(), 0.0F);
    return PreparedRow{std::move(row)};
  }
  return SampleText(model_.encoder->info().context_length, number);
}

PreparedRow ItemPreprocessor::SampleText(int length, int number) const {
  // The end at the last place makes the tower read the whole text.
  const model::ModelInfo& info = model_.encoder->info();
  std::vector<int32_t> ids(info.context_length, pad_id());
  std::fill_n(ids.begin(), length, WordId(0));
  ids[0] = WordId(number);
  ids[length - 1] = info.end_id;
  return TextRow(std::move(ids), length, /*truncated=*/false);
}

int32_t ItemPreprocessor::WordId(int number) const {
  const model::ModelInfo& info = model_.encoder->info();
  int32_t id = (1 + number) % info.vocab_size;
  for (int tries = 0; tries < 2; ++tries) {
    if (id == info.end_id || id == pad_id()) id = (id + 1) % info.vocab_size;
  }
  return id;
}

}  // namespace clip::server
