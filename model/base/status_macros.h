// Early returns for absl::Status and absl::StatusOr.
//
//   CLIP_RETURN_IF_ERROR(CheckShape(row));
//   CLIP_ASSIGN_OR_RETURN(const Header header, ReadHeader(file));
#ifndef MODEL_BASE_STATUS_MACROS_H_
#define MODEL_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define CLIP_STATUS_CONCAT_INNER(a, b) a##b
#define CLIP_STATUS_CONCAT(a, b) CLIP_STATUS_CONCAT_INNER(a, b)

// Returns the status of `expression` from the enclosing function unless OK.
#define CLIP_RETURN_IF_ERROR(expression)       \
  do {                                         \
    absl::Status clip_status = (expression);   \
    if (!clip_status.ok()) return clip_status; \
  } while (false)

// Declares or assigns `target` from the value of `expression`, an
// absl::StatusOr, or returns its status from the enclosing function.
#define CLIP_ASSIGN_OR_RETURN(target, expression)                         \
  CLIP_ASSIGN_OR_RETURN_INNER(CLIP_STATUS_CONCAT(clip_result_, __LINE__), \
                              target, expression)
// `target` may be a declaration, which takes no parentheses.
// NOLINTBEGIN(bugprone-macro-parentheses)
#define CLIP_ASSIGN_OR_RETURN_INNER(result, target, expression) \
  auto result = (expression);                                   \
  if (!result.ok()) return std::move(result).status();          \
  target = *std::move(result)
// NOLINTEND(bugprone-macro-parentheses)

#endif  // MODEL_BASE_STATUS_MACROS_H_
