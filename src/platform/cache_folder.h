// SPDX-License-Identifier: Apache-2.0
// The folder of one user for things that can be made again. Nothing here is ever an error: a cache that cannot be used
// is as good as none.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace stopwarden::platform {

/// The content of a file.
struct CacheFile {
  std::unique_ptr<char[]> bytes;
  std::size_t size = 0;
  std::string_view text() const noexcept { return {bytes.get(), size}; }
};

class CacheFolder {
 public:
  /// `${XDG_CACHE_HOME:-~/.cache}/program`, made with mode 0700 where it is missing. Nothing when neither variable
  /// holds an absolute path, when it cannot be made, or when somebody else owns it or may write to it.
  static std::optional<CacheFolder> open(std::string_view program);
  CacheFolder(CacheFolder&& other) noexcept;
  CacheFolder& operator=(CacheFolder&&) = delete;
  CacheFolder(const CacheFolder&) = delete;
  CacheFolder& operator=(const CacheFolder&) = delete;
  ~CacheFolder();

  /// The whole file, which then counts as the newest. Nothing unless it is a regular file (no link) of this user that
  /// nobody else may write to, of at most `bytes_max` bytes.
  std::optional<CacheFile> load(const std::string& name, std::size_t bytes_max) const;
  /// Puts the file there, whole or not at all: readers see the old one or the new one. False when that failed.
  bool store(const std::string& name, std::string_view content) const;
  /// Removes the files whose names end in `suffix` but for the newest ones, `files_max` and `bytes_max` at most, and
  /// what a killed program left behind. Other files are left alone.
  void keep_newest(std::string_view suffix, std::size_t files_max, std::uint64_t bytes_max) const;

 private:
  explicit CacheFolder(int fd) noexcept : fd_(fd) {}
  int fd_;
};

}  // namespace stopwarden::platform
