#include "client/cli/load_corpus.h"

#include <fmt/format.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "client/cli/image_inputs.h"
#include "client/cli/lines.h"
#include "client/cli/text_inputs.h"
#include "client/utf8.h"

namespace clip::client {
namespace {

constexpr size_t kMaxCorpusBytes = size_t{1} << 30;

absl::StatusOr<std::pair<int, int>> ReadPictureSize(const std::string& text) {
  const std::vector<std::string> sides = absl::StrSplit(text, 'x');
  std::pair<int, int> size;
  if (sides.size() != 2 || !absl::SimpleAtoi(sides[0], &size.first) ||
      !absl::SimpleAtoi(sides[1], &size.second)) {
    return absl::InvalidArgumentError(
        fmt::format("\"{}\" is not a size such as 640x480", text));
  }
  return size;
}

// The files, and into `names` their paths.
absl::StatusOr<std::vector<std::string>> LoadPictures(
    const LoadFlags& flags, size_t max_bytes, std::istream& in,
    std::vector<std::string>& names) {
  ImageInputs images;
  images.arguments = flags.pictures;
  const absl::StatusOr<Inputs> inputs = images.Collect(in, max_bytes);
  if (!inputs.ok()) return inputs.status();
  std::vector<std::string> files;
  size_t bytes = 0;
  for (size_t i = 0; i < inputs->names.size(); ++i) {
    absl::StatusOr<std::string> file = inputs->load(i);
    if (!file.ok()) {
      return absl::Status(file.status().code(),
                          fmt::format("{}: {}", inputs->names[i],
                                      std::string(file.status().message())));
    }
    bytes += file->size();
    if (bytes > kMaxCorpusBytes) {
      return absl::InvalidArgumentError(fmt::format(
          "the pictures have more than {} bytes; name fewer", kMaxCorpusBytes));
    }
    files.push_back(*std::move(file));
  }
  names = inputs->names;
  return files;
}

absl::StatusOr<std::vector<std::string>> LoadTexts(const LoadFlags& flags,
                                                   std::istream& in) {
  auto texts = ReadLines(flags.texts_file, in);
  if (!texts.ok()) return texts;
  if (texts->empty()) {
    return absl::InvalidArgumentError(
        fmt::format("{} holds no text", flags.texts_file));
  }
  for (const std::string& text : *texts) {
    if (!IsUtf8(text)) {
      return absl::InvalidArgumentError(
          fmt::format("{} holds a text that is not UTF-8", flags.texts_file));
    }
  }
  return texts;
}

}  // namespace

absl::StatusOr<PlannedCorpus> PlanCorpus(const LoadFlags& flags,
                                         size_t max_bytes, std::istream& in) {
  load::CorpusOptions options;
  options.seed = flags.seed;
  options.picture_sizes.clear();
  for (const absl::string_view text :
       absl::StrSplit(flags.picture_sizes, ',')) {
    const auto size = ReadPictureSize(std::string(text));
    if (!size.ok()) return size.status();
    options.picture_sizes.push_back(*size);
  }
  options.picture_formats.clear();
  for (const absl::string_view name :
       absl::StrSplit(flags.picture_formats, ',')) {
    const auto format = load::ParsePictureFormat(name);
    if (!format.ok()) return format.status();
    options.picture_formats.push_back(*format);
  }
  std::vector<std::string> picture_names;
  if (!flags.pictures.empty()) {
    auto pictures = LoadPictures(flags, max_bytes, in, picture_names);
    if (!pictures.ok()) return pictures.status();
    options.pictures = *std::move(pictures);
  }
  if (!flags.texts_file.empty()) {
    auto texts = LoadTexts(flags, in);
    if (!texts.ok()) return texts.status();
    options.texts = *std::move(texts);
  }
  std::vector<std::string> text_names = options.texts;
  auto corpus = load::Corpus::Create(std::move(options));
  if (!corpus.ok()) return corpus.status();
  return PlannedCorpus{*std::move(corpus), std::move(picture_names),
                       std::move(text_names)};
}

}  // namespace clip::client
