#ifndef MODEL_IMAGE_BYTE_READER_H_
#define MODEL_IMAGE_BYTE_READER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace clip::model {

// Reads numbers and runs of bytes from hostile input, front to back. Reading
// past the end gives zeros and makes ok() false for good, so that a header is
// read whole and checked once. Borrows the bytes; allocates nothing.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  size_t position() const { return position_; }
  size_t remaining() const { return bytes_.size() - position_; }

  uint8_t U8() { return static_cast<uint8_t>(Number(1, /*big=*/false)); }
  uint16_t U16Big() { return static_cast<uint16_t>(Number(2, /*big=*/true)); }
  uint32_t U32Big() { return static_cast<uint32_t>(Number(4, /*big=*/true)); }
  uint16_t U16Little() {
    return static_cast<uint16_t>(Number(2, /*big=*/false));
  }
  uint32_t U24Little() {
    return static_cast<uint32_t>(Number(3, /*big=*/false));
  }
  uint32_t U32Little() {
    return static_cast<uint32_t>(Number(4, /*big=*/false));
  }

  // Exactly `size` bytes, or none.
  std::string_view Bytes(size_t size);
  // At most `size` bytes; never fails.
  std::string_view UpTo(size_t size);
  void Skip(size_t size) { Bytes(size); }

 private:
  uint64_t Number(size_t size, bool big);

  std::string_view bytes_;
  size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace clip::model

#endif  // MODEL_IMAGE_BYTE_READER_H_
