#include "server/pipeline/content_hasher.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <array>
#include <cstring>
#include <new>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "model/base/status_macros.h"

namespace clip::server {
namespace {

constexpr size_t kKeyBytes = 32;

void Add(EVP_MAC_CTX* context, std::string_view bytes) {
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  if (EVP_MAC_update(context, data, bytes.size()) != 1) throw std::bad_alloc();
}

// What differs between items whose bytes are the same: their kind and shape.
struct Header {
  uint64_t kind = 0;
  uint64_t width = 0;
  uint64_t height = 0;
  uint64_t bytes = 0;
};

struct Content {
  Header header;
  std::string_view bytes;
};

Content ContentOf(const PipelineItem& item) {
  struct Visitor {
    Content operator()(const EncodedImage& x) const { return {{}, x.file}; }
    Content operator()(const RgbPixels& x) const {
      return {{0, x.width, x.height, 0}, x.data};
    }
    Content operator()(const NormalizedPixels& x) const { return {{}, x.data}; }
    Content operator()(const TextString& x) const { return {{}, x.text}; }
    Content operator()(const TextTokens& x) const {
      return {{},
              {reinterpret_cast<const char*>(x.ids.data()),
               x.ids.size() * sizeof(int32_t)}};
    }
  };
  Content content = std::visit(Visitor{}, item);
  content.header.kind = item.index();
  content.header.bytes = content.bytes.size();
  return content;
}

template <typename T>
std::string_view BytesOf(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

}  // namespace

// A context that has the key and has read the model; items go on from copies.
class ContentHasher::Mac {
 public:
  struct FreeContext {
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
  };
  using Context = std::unique_ptr<EVP_MAC_CTX, FreeContext>;

  static absl::StatusOr<std::unique_ptr<Mac>> Create(std::string_view model) {
    auto mac = std::make_unique<Mac>();
    std::array<unsigned char, kKeyBytes> key;
    size_t size = sizeof(ContentKey);
    const std::array<OSSL_PARAM, 2> parameters = {
        OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
        OSSL_PARAM_construct_end()};
    mac->algorithm_.reset(EVP_MAC_fetch(nullptr, "BLAKE2BMAC", nullptr));
    if (mac->algorithm_ == nullptr || RAND_bytes(key.data(), key.size()) != 1) {
      return absl::InternalError("OpenSSL has no BLAKE2b or no random bytes");
    }
    mac->start_.reset(EVP_MAC_CTX_new(mac->algorithm_.get()));
    if (mac->start_ == nullptr ||
        EVP_MAC_init(mac->start_.get(), key.data(), key.size(),
                     parameters.data()) != 1) {
      return absl::InternalError("OpenSSL refuses a keyed BLAKE2b");
    }
    const uint64_t bytes = model.size();
    Add(mac->start_.get(), BytesOf(bytes));
    Add(mac->start_.get(), model);
    return mac;
  }

  Context Start() const {
    Context context(EVP_MAC_CTX_dup(start_.get()));
    if (context == nullptr) throw std::bad_alloc();
    return context;
  }

 private:
  struct FreeMac {
    void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
  };

  std::unique_ptr<EVP_MAC, FreeMac> algorithm_;
  Context start_;
};

absl::StatusOr<std::unique_ptr<ContentHasher>> ContentHasher::Create(
    std::string_view model) {
  CLIP_ASSIGN_OR_RETURN(std::unique_ptr<Mac> mac, Mac::Create(model));
  return std::unique_ptr<ContentHasher>(new ContentHasher(std::move(mac)));
}

ContentHasher::ContentHasher(std::unique_ptr<Mac> mac) : mac_(std::move(mac)) {}

ContentHasher::~ContentHasher() = default;

ContentKey ContentHasher::Hash(const PipelineItem& item) const {
  const Content content = ContentOf(item);
  const Mac::Context context = mac_->Start();
  Add(context.get(), BytesOf(content.header));
  Add(context.get(), content.bytes);
  std::array<unsigned char, sizeof(ContentKey)> digest;
  size_t size = 0;
  if (EVP_MAC_final(context.get(), digest.data(), &size, digest.size()) != 1) {
    throw std::bad_alloc();
  }
  ContentKey key;
  std::memcpy(&key, digest.data(), sizeof(key));
  return key;
}

}  // namespace clip::server
