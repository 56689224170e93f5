// SPDX-License-Identifier: Apache-2.0
#include "platform/cache_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "platform/file.h"

namespace stopwarden::platform {
namespace {

constexpr std::string_view kUnfinished = ".tmp";  // behind the names of files that are being written
constexpr std::time_t kUnfinishedSeconds = 3600;  // older ones were left by a program that was killed

/// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

/// Ours, and no other user may write to it.
bool is_private(const struct stat& s) noexcept {
  return s.st_uid == ::geteuid() && (s.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/// The value of a variable that holds an absolute path (XDG: others are to be ignored), or "".
std::string absolute_path(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && value[0] == '/' ? value : "";
}

bool read_all(int fd, std::span<char> out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    const ssize_t n = ::read(fd, out.data() + filled, out.size() - filled);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;  // it shrank, or failed
    filled += static_cast<std::size_t>(n);
  }
  return true;
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;  // a full disk
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

/// Beyond `ulimit -f` a write would end the program by a signal.
bool may_grow_to(std::size_t bytes) noexcept {
  struct rlimit limit;
  return ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && (limit.rlim_cur == RLIM_INFINITY || bytes <= limit.rlim_cur);
}

/// A name that no other process, here or on another host with the same home, is about to choose.
std::string unfinished_name(const std::string& name) {
  std::uint64_t number = 0;
  if (::getrandom(&number, sizeof number, 0) != sizeof number) number = static_cast<std::uint64_t>(::getpid());
  return name + "." + std::to_string(number) + std::string(kUnfinished);
}

struct Kept {
  std::string name;
  timespec used;
  std::uint64_t bytes;
};

}  // namespace

std::optional<CacheFolder> CacheFolder::open(std::string_view program) {
  std::string base = absolute_path("XDG_CACHE_HOME");
  if (base.empty()) {
    base = absolute_path("HOME");
    if (base.empty()) return std::nullopt;
    base = join_path(base, ".cache");
  }
  const std::string path = join_path(base, program);
  const auto open_it = [&path] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC); };
  int fd = open_it();
  if (fd < 0 && errno == ENOENT) {
    ::mkdir(base.c_str(), S_IRWXU);
    ::mkdir(path.c_str(), S_IRWXU);
    fd = open_it();
  }
  Descriptor folder(fd);
  struct stat s;
  if (fd < 0 || ::fstat(fd, &s) != 0 || !is_private(s)) return std::nullopt;
  return CacheFolder(folder.release());
}

CacheFolder::CacheFolder(CacheFolder&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

CacheFolder::~CacheFolder() {
  if (fd_ >= 0) ::close(fd_);
}

std::optional<CacheFile> CacheFolder::load(const std::string& name, std::size_t bytes_max) const {
  const Descriptor file(::openat(fd_, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  struct stat s;
  if (file.get() < 0 || ::fstat(file.get(), &s) != 0) return std::nullopt;
  if (!S_ISREG(s.st_mode) || !is_private(s)) return std::nullopt;
  if (s.st_size < 0 || static_cast<std::uint64_t>(s.st_size) > bytes_max) return std::nullopt;
  const auto size = static_cast<std::size_t>(s.st_size);
  CacheFile out{std::unique_ptr<char[]>(new char[size]), size};  // make_unique() would fill it with zeros first
  if (!read_all(file.get(), {out.bytes.get(), size})) return std::nullopt;
  ::futimens(file.get(), nullptr);  // so that keep_newest() keeps what is in use; it does not matter when it fails
  return out;
}

bool CacheFolder::store(const std::string& name, std::string_view content) const {
  if (!may_grow_to(content.size())) return false;
  const std::string unfinished = unfinished_name(name);
  {
    const Descriptor file(
        ::openat(fd_, unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (file.get() < 0) return false;
    if (!write_all(file.get(), content)) {
      ::unlinkat(fd_, unfinished.c_str(), 0);
      return false;
    }
  }
  if (::renameat(fd_, unfinished.c_str(), fd_, name.c_str()) == 0) return true;
  ::unlinkat(fd_, unfinished.c_str(), 0);
  return false;
}

void CacheFolder::keep_newest(std::string_view suffix, std::size_t files_max, std::uint64_t bytes_max) const {
  Descriptor own(::openat(fd_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (own.get() < 0) return;
  struct Close {
    void operator()(DIR* d) const noexcept { ::closedir(d); }
  };
  const std::unique_ptr<DIR, Close> folder(::fdopendir(own.get()));
  if (!folder) return;
  own.release();  // closedir() closes it
  std::vector<Kept> files;
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string name = entry->d_name;
    const bool unfinished = name.ends_with(kUnfinished);
    struct stat s;
    if (!unfinished && !name.ends_with(suffix)) continue;
    if (::fstatat(fd_, entry->d_name, &s, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(s.st_mode)) continue;
    if (unfinished) {
      if (std::time(nullptr) - s.st_mtim.tv_sec > kUnfinishedSeconds) ::unlinkat(fd_, entry->d_name, 0);
      continue;
    }
    files.push_back({name, s.st_mtim, static_cast<std::uint64_t>(std::max<off_t>(s.st_size, 0))});
  }
  std::sort(files.begin(), files.end(), [](const Kept& a, const Kept& b) {
    if (a.used.tv_sec != b.used.tv_sec) return a.used.tv_sec > b.used.tv_sec;
    if (a.used.tv_nsec != b.used.tv_nsec) return a.used.tv_nsec > b.used.tv_nsec;
    return a.name < b.name;
  });
  std::size_t count = 0;
  std::uint64_t bytes = 0;
  for (const Kept& file : files) {
    bytes += file.bytes;
    if (++count > files_max || bytes > bytes_max) ::unlinkat(fd_, file.name.c_str(), 0);
  }
}

}  // namespace stopwarden::platform
