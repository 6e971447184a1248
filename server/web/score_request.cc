#include "server/web/score_request.h"

#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"

namespace clip::server {
namespace {

using nlohmann::json;

// Takes the parser's events into the message and stops it at the first thing
// that does not belong there.
class ScoreRequestReader final : public nlohmann::json_sax<json> {
 public:
  explicit ScoreRequestReader(const ScoreRequestLimits& limits)
      : limits_(limits) {}

  const absl::Status& status() const { return status_; }
  v1::SimilarityRequest& request() { return request_; }

  // What is missing at the end.
  absl::Status Finish() const {
    if (seen_.count("image") == 0) {
      return absl::InvalidArgumentError("image: a picture is needed");
    }
    if (request_.texts().empty()) {
      return absl::InvalidArgumentError(
          "texts: at least one sentence is needed");
    }
    return absl::OkStatus();
  }

  bool null() override { return Unexpected(); }
  bool boolean(bool) override { return Unexpected(); }
  bool number_integer(int64_t) override { return Unexpected(); }
  bool number_unsigned(uint64_t) override { return Unexpected(); }
  bool number_float(double, const std::string&) override {
    return Unexpected();
  }
  bool binary(json::binary_t&) override { return Unexpected(); }

  bool start_object(size_t) override {
    if (std::exchange(is_in_object_, true)) return Unexpected();
    return true;
  }
  bool end_object() override { return true; }
  bool start_array(size_t) override {
    if (key_ != "texts" || is_in_texts_) return Unexpected();
    is_in_texts_ = true;
    return true;
  }
  bool end_array() override {
    is_in_texts_ = false;
    return true;
  }

  bool key(std::string& name) override {
    if (name != "model" && name != "image" && name != "texts") {
      return Fail("the keys are model, image and texts");
    }
    if (!seen_.insert(name).second) {
      return Fail(fmt::format("{}: given twice", name));
    }
    key_ = name;
    return true;
  }

  bool string(std::string& value) override {
    if (key_ == "texts" && is_in_texts_) return AddText(std::move(value));
    if (key_ == "model") return SetModel(std::move(value));
    if (key_ == "image") return SetImage(value);
    return Unexpected();
  }

  bool parse_error(size_t, const std::string&,
                   const nlohmann::detail::exception&) override {
    return Fail("the request is not JSON in UTF-8");
  }

 private:
  bool AddText(std::string text) {
    if (static_cast<size_t>(request_.texts_size()) >= limits_.max_texts) {
      return Fail(fmt::format("texts: at most {} sentences are taken",
                              limits_.max_texts));
    }
    request_.add_texts(std::move(text));
    return true;
  }

  bool SetModel(std::string name) {
    if (name.size() > limits_.max_name_bytes) {
      return Fail("model: no name is so long");
    }
    request_.set_model(std::move(name));
    return true;
  }

  bool SetImage(const std::string& base64) {
    std::string* file = request_.add_images()->mutable_encoded();
    return absl::Base64Unescape(base64, file) || Fail("image: not base64");
  }

  bool Unexpected() {
    if (key_.empty()) return Fail("the request is not an object of JSON");
    return Fail(fmt::format("{}: must be a {}", key_,
                            key_ == "texts" ? "list of strings" : "string"));
  }

  bool Fail(const std::string& reason) {
    status_ = absl::InvalidArgumentError(reason);
    return false;
  }

  const ScoreRequestLimits limits_;
  absl::Status status_;
  v1::SimilarityRequest request_;
  // Of the value that is read.
  std::string key_;
  std::set<std::string> seen_;
  bool is_in_object_ = false;
  bool is_in_texts_ = false;
};

}  // namespace

absl::StatusOr<v1::SimilarityRequest> ParseScoreRequest(
    std::string_view body, const ScoreRequestLimits& limits) {
  ScoreRequestReader reader(limits);
  const bool is_whole = json::sax_parse(body.begin(), body.end(), &reader);
  if (!reader.status().ok()) return reader.status();
  if (!is_whole) {
    return absl::InvalidArgumentError("the request is not JSON in UTF-8");
  }
  const absl::Status missing = reader.Finish();
  if (!missing.ok()) return missing;
  return std::move(reader.request());
}

}  // namespace clip::server
