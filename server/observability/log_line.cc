#include "server/observability/log_line.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <iterator>
#include <variant>

#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace clip::server {
namespace {

constexpr size_t kMaxValueBytes = 512;

std::string Quoted(std::string_view value) {
  using Json = nlohmann::json;
  return Json(std::string(value.substr(0, kMaxValueBytes)))
      .dump(/*indent=*/-1, /*indent_char=*/' ', /*ensure_ascii=*/false,
            Json::error_handler_t::replace);
}

bool IsPlainCharacter(unsigned char c) {
  constexpr std::string_view kHarmless = "-_.:/+";
  return std::isalnum(c) != 0 ||
         std::find(kHarmless.begin(), kHarmless.end(), c) != kHarmless.end();
}

bool IsPlain(std::string_view value) {
  return !value.empty() && value.size() <= kMaxValueBytes &&
         std::all_of(value.begin(), value.end(), IsPlainCharacter);
}

struct ValueWriter {
  std::string operator()(std::string_view value) const {
    return format == LogFormat::kKeyValue && IsPlain(value) ? std::string(value)
                                                            : Quoted(value);
  }
  std::string operator()(int64_t value) const {
    return fmt::format("{}", value);
  }
  std::string operator()(double value) const {
    const std::string text = fmt::format("{:.6g}", value);
    // JSON has no word for these.
    return std::isfinite(value) ? text : Quoted(text);
  }
  std::string operator()(bool value) const { return value ? "true" : "false"; }

  LogFormat format;
};

void Append(LogFormat format, const LogField& field, std::string& line) {
  const std::string value = std::visit(ValueWriter{format}, field.value);
  if (format == LogFormat::kJson) {
    fmt::format_to(std::back_inserter(line), "{}\"{}\":{}",
                   line.empty() ? "" : ",", field.key, value);
  } else {
    fmt::format_to(std::back_inserter(line), "{}{}={}", line.empty() ? "" : " ",
                   field.key, value);
  }
}

}  // namespace

std::string FormatLogLine(LogFormat format, std::string_view event,
                          std::initializer_list<LogField> fields) {
  std::string line;
  Append(format, {"event", event}, line);
  for (const LogField& field : fields) Append(format, field, line);
  return line;
}

}  // namespace clip::server
