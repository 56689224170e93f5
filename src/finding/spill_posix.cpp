// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

#include "finding/spill.h"

namespace stopwarden {
namespace {

class PosixSpill : public SpillFile {
 public:
  explicit PosixSpill(int fd) : fd_(fd) {}
  PosixSpill(const PosixSpill&) = delete;
  PosixSpill& operator=(const PosixSpill&) = delete;
  ~PosixSpill() override { ::close(fd_); }

  Status append(Bytes bytes) override {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return Error{Errc::io, written_, "cannot write the temporary file"};
      written_ += static_cast<std::uint64_t>(n);
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return Ok{};
  }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) override {
    for (;;) {
      const ssize_t n = ::pread(fd_, out.data(), out.size(), static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return Error{Errc::io, offset, "cannot read the temporary file"};
      return static_cast<std::size_t>(n);
    }
  }

 private:
  int fd_;
  std::uint64_t written_ = 0;
};

int open_unlinked(const std::string& folder) {
  std::string path = folder + "/stopwarden-XXXXXX";
  const int fd = ::mkostemp(path.data(), O_CLOEXEC);
  if (fd >= 0) ::unlink(path.c_str());
  return fd;
}

}  // namespace

Result<std::unique_ptr<SpillFile>> make_posix_spill() {
  const char* wanted = std::getenv("TMPDIR");
  for (const std::string& folder :
       {std::string{wanted != nullptr ? wanted : ""}, std::string{"/var/tmp"}, std::string{"/tmp"}}) {
    if (folder.empty()) continue;
    if (const int fd = open_unlinked(folder); fd >= 0) return std::unique_ptr<SpillFile>(new PosixSpill(fd));
  }
  return Error{Errc::io, 0, "cannot make a temporary file"};
}

}  // namespace stopwarden
