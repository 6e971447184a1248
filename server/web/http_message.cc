#include "server/web/http_message.h"

#include <nlohmann/json.hpp>

namespace clip::server {

HttpResponse HttpError(int status, std::string_view code,
                       std::string_view message, std::string_view field) {
  nlohmann::json error = {{"code", code}, {"message", message}};
  if (!field.empty()) error["field"] = field;
  HttpResponse response;
  response.status = status;
  response.body = nlohmann::json{{"error", std::move(error)}}.dump(
      -1, ' ', false, nlohmann::json::error_handler_t::replace);
  return response;
}

}  // namespace clip::server
