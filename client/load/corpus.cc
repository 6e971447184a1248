#include "client/load/corpus.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/load/mixed_bits.h"
#include "client/load/workload.h"

namespace clip::client::load {
namespace {

constexpr int kMinSide = 4;
constexpr int kMaxSide = 8192;

constexpr std::array<absl::string_view, 8> kColours = {
    "red", "green", "blue", "golden", "black", "white", "striped", "shiny"};
constexpr std::array<absl::string_view, 8> kThings = {
    "guitar", "bicycle", "umbrella", "house", "dog", "boat", "flower", "cup"};
constexpr std::array<absl::string_view, 8> kPlaces = {
    "on a table",   "in the rain", "at night",     "in a field",
    "by the river", "in a shop",   "on the beach", "in a museum"};

uint64_t FirstId(uint64_t id, size_t listed) {
  return listed == 0 ? id : id % listed;
}

bool IsSide(int side) { return side >= kMinSide && side <= kMaxSide; }

}  // namespace

absl::StatusOr<Corpus> Corpus::Create(CorpusOptions options) {
  std::vector<Template> templates;
  if (options.pictures.empty()) {
    if (options.picture_sizes.empty() || options.picture_formats.empty()) {
      return absl::InvalidArgumentError("no picture size or no format");
    }
    for (const auto& [width, height] : options.picture_sizes) {
      if (!IsSide(width) || !IsSide(height)) {
        return absl::InvalidArgumentError(absl::StrCat(
            "a picture of ", width, "x", height, " pixels is not between ",
            kMinSide, " and ", kMaxSide, " on each side"));
      }
      for (const PictureFormat format : options.picture_formats) {
        auto file = NewPicture(format, width, height, options.seed);
        if (!file.ok()) return file.status();
        templates.push_back({format, *std::move(file)});
      }
    }
  }
  return Corpus(std::move(options), std::move(templates));
}

std::string Corpus::PictureOf(uint64_t id) const {
  if (!options_.pictures.empty()) {
    return options_.pictures[id % options_.pictures.size()];
  }
  const Template& picture = templates_[id % templates_.size()];
  std::string file = picture.file;
  StampPicture(picture.format, id, file);
  return file;
}

uint64_t Corpus::FirstIdOfPicture(uint64_t id) const {
  return FirstId(id, options_.pictures.size());
}

uint64_t Corpus::FirstIdOfText(uint64_t id) const {
  return FirstId(id, options_.texts.size());
}

uint64_t Corpus::RepeatedPictures() const {
  return options_.pictures.empty() ? Workload::kHotItems
                                   : options_.pictures.size();
}

uint64_t Corpus::RepeatedTexts() const {
  return options_.texts.empty() ? Workload::kHotItems : options_.texts.size();
}

std::string Corpus::TextOf(uint64_t id) const {
  if (!options_.texts.empty())
    return options_.texts[id % options_.texts.size()];
  const uint64_t bits = MixedBits(id);
  return absl::StrCat("a photo of a ", kColours[bits % 8], " ",
                      kThings[bits / 8 % 8], " ", kPlaces[bits / 64 % 8], ", ",
                      id % 1'000'000);
}

}  // namespace clip::client::load
