// SPDX-License-Identifier: Apache-2.0
// Files and folders of the operating system, thinly. POSIX headers stay in file.cpp.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace stopwarden::platform {

enum class FileKind : std::uint8_t { regular, folder, symlink, pipe, socket, device };

struct FileInfo {
  FileKind kind = FileKind::regular;
  std::uint64_t bytes = 0;            ///< regular files only
  std::optional<EventTime> modified;  ///< regular files only
};

enum class Links : std::uint8_t { follow, keep };

/// What lies at `path`. Errors: io; `why` then says it in the system's words ("No such file or directory").
Result<FileInfo> stat_path(const std::string& path, Links links, std::string& why);

enum class OpenAs : std::uint8_t {
  regular,  ///< refuses anything but a regular file, without ever waiting for the other end of a pipe
  stream,   ///< whatever can be read, a pipe or a terminal too
};

class Folder;

/// An open file; closes itself. Reading moves no position of the system's unless read() is used.
class File {
 public:
  /// Errors: io (see `why`), unsupported when it is not of the wanted kind.
  static Result<File> open(const std::string& path, OpenAs as, std::string& why);
  /// The entry `name` of an open folder.
  static Result<File> open(const Folder& folder, const std::string& name, OpenAs as, std::string& why);
  /// Standard input, which stays open when the File goes.
  static File standard_input();
  /// How many bytes a regular file had when it was opened; 0 for all else, and where the system does not say (/proc).
  std::uint64_t bytes_at_open() const noexcept { return bytes_at_open_; }
  /// A file without a name in $TMPDIR, or where that is not set in /var/tmp, else /tmp, which is gone when it is
  /// closed, also when the program is killed.
  static Result<File> temporary(std::string& why);

  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File();

  /// What it is now: the size of a log that is being written grows. Errors: io.
  Result<FileInfo> info() const;
  /// Up to `out.size()` bytes at `offset`; fewer only at the end of the file, 0 behind it. Errors: io.
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const;
  /// What is there next, waiting for at least one byte; 0 at the end. Errors: io.
  Result<std::size_t> read(std::span<std::byte> out);
  /// Writes all of `bytes` at the end. Errors: io (a full disk).
  Status append(std::span<const std::byte> bytes);
  /// Where reading by read() stands; nothing sensible for a pipe.
  std::uint64_t position() const noexcept;

 private:
  enum class Owns : std::uint8_t { yes, no };
  File(int fd, Owns owns) noexcept : fd_(fd), owns_(owns) {}
  static Result<File> open_at(int folder, const std::string& path, OpenAs as, std::string& why);
  void close() noexcept;
  int fd_;
  Owns owns_;
  std::uint64_t bytes_at_open_ = 0;
};

struct FolderEntry {
  std::string name;
  FileKind kind = FileKind::regular;  ///< of the entry itself: a symbolic link is one
};

/// An open folder; closes itself. What is opened through it needs no walk along a path, which counts with thousands of
/// small files, and lies in this folder even when somebody moves it meanwhile.
class Folder {
 public:
  /// Errors: io (see `why`).
  static Result<Folder> open(const std::string& path, std::string& why);
  static Result<Folder> open(const Folder& parent, const std::string& name, std::string& why);
  Folder(Folder&& other) noexcept;
  Folder& operator=(Folder&&) = delete;
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();

  /// Everything in it but "." and "..", in byte order of the names. Errors: io (see `why`).
  Result<std::vector<FolderEntry>> entries(std::string& why) const;

 private:
  friend class File;
  explicit Folder(int fd) noexcept : fd_(fd) {}
  static Result<Folder> open_at(int parent, const std::string& path, std::string& why);
  int fd_;
};

/// Names of everything in a folder but "." and "..", in byte order. Memory: all names of that one folder.
/// Errors: io (see `why`).
Result<std::vector<std::string>> list_folder(const std::string& path, std::string& why);

/// `path` without links and dots; empty when it cannot be told.
std::string real_path(const std::string& path);

/// "folder/name", with one slash between them.
std::string join_path(std::string_view folder, std::string_view name);

}  // namespace stopwarden::platform
