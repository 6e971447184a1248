#include "client/cli/embedding_flags.h"

#include <CLI/CLI.hpp>
#include <map>

#include "client/embedding_numbers.h"

namespace clip::client {

void EmbeddingFlags::AddTo(CLI::App& app) {
  std::map<std::string, EmbeddingFormat> formats;
  for (const EmbeddingFormat format :
       {EmbeddingFormat::kFloat32, EmbeddingFormat::kFloat16,
        EmbeddingFormat::kBfloat16, EmbeddingFormat::kInt8,
        EmbeddingFormat::kBinary}) {
    formats.emplace(FormatName(format), format);
  }
  app.add_option("--model", model, "model to ask; default: the server's");
  app.add_flag("--normalize,!--no-normalize", options.normalize,
               "unit length (default), or as the model gives them");
  app.add_option_function<std::string>(
         "--format",
         [this, formats](const std::string& name) {
           options.format = formats.at(name);
         },
         "number format of the embeddings")
      ->check(CLI::IsMember(formats))
      ->type_name("FORMAT")
      ->default_str("float32");
  app.add_option("--dimensions", options.dimensions,
                 "keep only the first N dimensions; 0 = all")
      ->type_name("N")
      ->capture_default_str();
}

}  // namespace clip::client
