// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "finding/spill.h"
#include "platform/file.h"

namespace stopwarden {
namespace {

class TemporarySpill final : public SpillFile {
 public:
  explicit TemporarySpill(platform::File file) : file_(std::move(file)) {}
  Status append(Bytes bytes) override { return file_.append(bytes); }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) override {
    return file_.read_at(offset, out);
  }

 private:
  platform::File file_;
};

}  // namespace

Result<std::unique_ptr<SpillFile>> make_temporary_spill() {
  std::string why;
  auto file = platform::File::temporary(why);
  if (!file) return file.error();
  return std::unique_ptr<SpillFile>(std::make_unique<TemporarySpill>(std::move(file).take()));
}

}  // namespace stopwarden
