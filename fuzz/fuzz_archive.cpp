// SPDX-License-Identifier: Apache-2.0
// Walks any bytes as a file and as a pipe. Small caps: the walk must end within them, whatever the bytes say.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "base/text.h"
#include "input/archive.h"

namespace {

using namespace stopwarden;

constexpr InputLimits kLimits{.ratio_max = 100,
                              .ratio_grace_bytes = 256 << 10,
                              .depth_max = 3,
                              .entry_bytes_max = 1 << 20,
                              .total_bytes_max = 2 << 20,
                              .entries_max = 64,
                              .seekable_spool_max = 1 << 20};

class Reader final : public InputVisitor {
 public:
  void on_input(const std::string& name, ByteStream& stream) override {
    check(is_valid_utf8(name));
    std::vector<std::byte> buffer(8192);
    std::uint64_t total = 0;
    for (;;) {
      const auto n = stream.read(buffer);
      if (!n) {
        const auto after = stream.read(buffer);  // nothing follows an error
        check(after && after.value() == 0);
        break;
      }
      if (n.value() == 0) break;
      check(n.value() <= buffer.size());
      total += n.value();
    }
    check(total <= kLimits.entry_bytes_max + kMaxInput);
  }
  void on_unreadable(const std::string& name, const Error& error, const std::string& why) override {
    check(is_valid_utf8(name) && is_valid_utf8(why) && !why.empty() && error.what != nullptr);
  }
  void on_progress(std::uint64_t) override {}

 private:
  static constexpr std::uint64_t kMaxInput = 16u << 20;  // a plain input has no cap of ours
  static void check(bool holds) {
    if (!holds) std::abort();
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes = std::as_bytes(std::span(data, size));
  Reader reader;
  input::MemoryStream file(bytes), pipe(bytes);
  input::walk_stream("f", static_cast<input::SeekableStream&>(file), kLimits, reader);
  input::walk_stream("p", static_cast<ByteStream&>(pipe), kLimits, reader);
  return 0;
}
