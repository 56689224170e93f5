// SPDX-License-Identifier: Apache-2.0
#include "platform/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <system_error>
#include <utility>

namespace stopwarden::platform {
namespace {

std::string reason(int code) { return std::error_code(code, std::generic_category()).message(); }

std::optional<EventTime> modified(const struct stat& s) noexcept {
  return time_from_unix(s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
}

FileInfo info_of(const struct stat& s) noexcept {
  FileInfo info;
  if (S_ISREG(s.st_mode))
    info = {FileKind::regular, s.st_size > 0 ? static_cast<std::uint64_t>(s.st_size) : 0, modified(s)};
  else if (S_ISDIR(s.st_mode))
    info.kind = FileKind::folder;
  else if (S_ISLNK(s.st_mode))
    info.kind = FileKind::symlink;
  else if (S_ISFIFO(s.st_mode))
    info.kind = FileKind::pipe;
  else if (S_ISSOCK(s.st_mode))
    info.kind = FileKind::socket;
  else
    info.kind = FileKind::device;
  return info;
}

struct CloseFolder {
  void operator()(DIR* d) const noexcept { ::closedir(d); }
};

// One read() or pread() may not be asked for more than this (POSIX leaves the result open above SSIZE_MAX).
constexpr std::size_t kReadMax = std::size_t{1} << 30;

}  // namespace

Result<FileInfo> stat_path(const std::string& path, Links links, std::string& why) {
  struct stat s;
  const int r = links == Links::follow ? ::stat(path.c_str(), &s) : ::lstat(path.c_str(), &s);
  if (r != 0) {
    why = reason(errno);
    return Error{Errc::io, 0, "cannot be looked at"};
  }
  return info_of(s);
}

Result<File> File::open(const std::string& path, OpenAs as, std::string& why) {
  return open_at(AT_FDCWD, path, as, why);
}

Result<File> File::open(const Folder& folder, const std::string& name, OpenAs as, std::string& why) {
  return open_at(folder.fd_, name, as, why);
}

Result<File> File::open_at(int folder, const std::string& path, OpenAs as, std::string& why) {
  // O_NONBLOCK: a pipe that took the place of a file after it was looked at must not hold us up.
  const int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (as == OpenAs::regular ? O_NONBLOCK : 0);
  int fd = -1;
  do fd = ::openat(folder, path.c_str(), flags);
  while (fd < 0 && errno == EINTR);
  if (fd < 0) {
    why = reason(errno);
    return Error{Errc::io, 0, "cannot be opened"};
  }
  File file(fd, Owns::yes);
  const Result<FileInfo> info = file.info();
  if (!info) {
    why = reason(errno);
    return info.error();
  }
  const FileKind kind = info.value().kind;
  if (kind == FileKind::folder || (as == OpenAs::regular && kind != FileKind::regular)) {
    why = "not a regular file";
    return Error{Errc::unsupported, 0, "not a regular file"};
  }
  file.bytes_at_open_ = info.value().bytes;
  return file;
}

File File::standard_input() { return File(STDIN_FILENO, Owns::no); }

namespace {

int open_unlinked(const std::string& folder) {
  int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, S_IRUSR | S_IWUSR);
  if (fd >= 0) return fd;  // not every file system has O_TMPFILE
  std::string path = join_path(folder, "stopwarden-XXXXXX");
  fd = ::mkostemp(path.data(), O_CLOEXEC);
  if (fd >= 0) ::unlink(path.c_str());
  return fd;
}

}  // namespace

Result<File> File::temporary(std::string& why) {
  const char* asked = std::getenv("TMPDIR");
  std::vector<std::string> folders{"/var/tmp", "/tmp"};  // /tmp often is memory, which this is to save: it comes last
  if (asked != nullptr && asked[0] != '\0') folders = {asked};
  for (const std::string& folder : folders) {
    if (const int fd = open_unlinked(folder); fd >= 0) return File(fd, Owns::yes);
    why = folder + ": " + reason(errno);
  }
  return Error{Errc::io, 0, "no temporary file"};
}

File::File(File&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), owns_(other.owns_), bytes_at_open_(other.bytes_at_open_) {}

File& File::operator=(File&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
    owns_ = other.owns_;
    bytes_at_open_ = other.bytes_at_open_;
  }
  return *this;
}

File::~File() { close(); }

void File::close() noexcept {
  if (fd_ >= 0 && owns_ == Owns::yes) ::close(fd_);
  fd_ = -1;
}

Result<FileInfo> File::info() const {
  struct stat s;
  if (::fstat(fd_, &s) != 0) return Error{Errc::io, 0, "cannot be looked at"};
  return info_of(s);
}

Result<std::size_t> File::read_at(std::uint64_t offset, std::span<std::byte> out) const {
  constexpr auto kOffsetMax = static_cast<std::uint64_t>(std::numeric_limits<off_t>::max());
  std::size_t filled = 0;
  while (filled < out.size()) {
    if (offset > kOffsetMax || kOffsetMax - offset < out.size()) return filled;  // no file is that long
    const std::size_t want = std::min(out.size() - filled, kReadMax);
    const ssize_t n = ::pread(fd_, out.data() + filled, want, static_cast<off_t>(offset + filled));
    if (n < 0) {
      if (errno == EINTR) continue;
      return Error{Errc::io, offset + filled, "read failed"};
    }
    if (n == 0) break;
    filled += static_cast<std::size_t>(n);
  }
  return filled;
}

Result<std::size_t> File::read(std::span<std::byte> out) {
  if (out.empty()) return std::size_t{0};
  ssize_t n = 0;
  do n = ::read(fd_, out.data(), std::min(out.size(), kReadMax));
  while (n < 0 && errno == EINTR);
  if (n < 0) return Error{Errc::io, 0, "read failed"};
  return static_cast<std::size_t>(n);
}

Status File::append(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd_, bytes.data(), std::min(bytes.size(), kReadMax));
    if (n < 0) {
      if (errno == EINTR) continue;
      return Error{Errc::io, 0, "write failed"};
    }
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return Ok{};
}

std::uint64_t File::position() const noexcept {
  const off_t at = ::lseek(fd_, 0, SEEK_CUR);
  return at > 0 ? static_cast<std::uint64_t>(at) : 0;
}

Result<std::vector<std::string>> list_folder(const std::string& path, std::string& why) {
  const std::unique_ptr<DIR, CloseFolder> folder(::opendir(path.c_str()));
  if (!folder) {
    why = reason(errno);
    return Error{Errc::io, 0, "folder cannot be opened"};
  }
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(folder.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) {
    why = reason(errno);
    return Error{Errc::io, 0, "folder cannot be listed"};
  }
  std::sort(names.begin(), names.end());  // char_traits compares as unsigned bytes
  return names;
}

Result<Folder> Folder::open(const std::string& path, std::string& why) { return open_at(AT_FDCWD, path, why); }

Result<Folder> Folder::open(const Folder& parent, const std::string& name, std::string& why) {
  return open_at(parent.fd_, name, why);
}

Result<Folder> Folder::open_at(int parent, const std::string& path, std::string& why) {
  int fd = -1;
  do fd = ::openat(parent, path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  while (fd < 0 && errno == EINTR);
  if (fd >= 0) return Folder(fd);
  why = reason(errno);
  return Error{Errc::io, 0, "folder cannot be opened"};
}

Folder::Folder(Folder&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Folder::~Folder() {
  if (fd_ >= 0) ::close(fd_);
}

namespace {

/// The kind that a listing gives, or what the entry itself says where the file system does not tell.
FileKind kind_of(int folder, const dirent& entry) noexcept {
  switch (entry.d_type) {
    case DT_REG: return FileKind::regular;
    case DT_DIR: return FileKind::folder;
    case DT_LNK: return FileKind::symlink;
    case DT_FIFO: return FileKind::pipe;
    case DT_SOCK: return FileKind::socket;
    case DT_BLK:
    case DT_CHR: return FileKind::device;
    default: break;
  }
  struct stat s;
  if (::fstatat(folder, entry.d_name, &s, AT_SYMLINK_NOFOLLOW) != 0) return FileKind::regular;  // opening will say why
  return info_of(s).kind;
}

}  // namespace

Result<std::vector<FolderEntry>> Folder::entries(std::string& why) const {
  const int own = ::fcntl(fd_, F_DUPFD_CLOEXEC, 0);  // closedir() closes it
  const std::unique_ptr<DIR, CloseFolder> folder(own >= 0 ? ::fdopendir(own) : nullptr);
  if (!folder) {
    why = reason(errno);
    if (own >= 0) ::close(own);
    return Error{Errc::io, 0, "folder cannot be opened"};
  }
  ::rewinddir(folder.get());  // both descriptors share a place
  std::vector<FolderEntry> out;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(folder.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") out.push_back({std::string(name), kind_of(fd_, *entry)});
  }
  if (errno != 0) {
    why = reason(errno);
    return Error{Errc::io, 0, "folder cannot be listed"};
  }
  std::sort(out.begin(), out.end(), [](const FolderEntry& a, const FolderEntry& b) { return a.name < b.name; });
  return out;
}

std::string real_path(const std::string& path) {
  struct Free {
    void operator()(char* p) const noexcept { std::free(p); }
  };
  const std::unique_ptr<char, Free> real(::realpath(path.c_str(), nullptr));
  return real ? std::string(real.get()) : std::string();
}

std::string join_path(std::string_view folder, std::string_view name) {
  std::string path(folder);
  if (!path.empty() && path.back() != '/') path += '/';
  path += name;
  return path;
}

}  // namespace stopwarden::platform
