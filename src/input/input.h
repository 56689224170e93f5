// SPDX-License-Identifier: Apache-2.0
// The only place that opens files, walks folders and unpacks archives.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "yaml/yaml.h"

namespace stopwarden {

/// Bytes of one input, in order. Reads by pread (files), read (pipes) or decompression; never mmap, so a file that
/// shrinks under us is a truncated file and no SIGBUS.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// Fills as much of `out` as there is, 0 at the end. Errors: io, and for archives also truncated, bad_value (damaged)
  /// and limit_exceeded (a cap was reached): what was delivered before stands, nothing follows.
  virtual Result<std::size_t> read(std::span<std::byte> out) = 0;
  /// May read() have to wait for somebody who has not written yet (a pipe, a terminal)? Then what has come should be
  /// used before the next read(). When in doubt: yes.
  virtual bool may_wait() const noexcept { return true; }
  /// When what it reads was last written to, where the file system or the archive says so.
  virtual std::optional<EventTime> modified() const noexcept { return std::nullopt; }
};

struct InputLimits {
  std::uint64_t ratio_max = 1000;               // unpacked bytes per packed byte; logs compress 10..100 times
  std::uint64_t ratio_grace_bytes = 64u << 20;  // below this many unpacked bytes the ratio is not judged
  std::size_t depth_max = 4;                    // archives in archives: bundle.zip!/host.7z!/logs.tar.gz is 3
  std::uint64_t entry_bytes_max = std::uint64_t{64} << 30;  // one entry, unpacked
  std::uint64_t total_bytes_max = std::uint64_t{1} << 40;   // all entries of one archive
  std::size_t entries_max = 1'000'000;                      // entries of one archive; a triage bundle has 10^4
  std::size_t folder_depth_max = 64;
  std::uint64_t seekable_spool_max =
      std::uint64_t{2} << 30;  // a nested 7z must be seekable: spooled to an unlinked temporary file up to this size
};

class InputVisitor {
 public:
  virtual ~InputVisitor() = default;
  /// One plain input: `name` is the path as given joined with what was found below it; entries of archives are named
  /// "bundle.zip!/logs/System.evtx"; standard input is "-". The stream lives during the call and may be read
  /// by any thread, one at a time. Return when done with it.
  virtual void on_input(const std::string& name, ByteStream& stream) = 0;
  /// Something that could not be opened, walked or unpacked, with why ("No such file or directory"). The walk goes on.
  virtual void on_unreadable(const std::string& name, const Error& error, const std::string& why) = 0;
  /// Called now and then with how many bytes of the top-level inputs (packed) are behind us.
  virtual void on_progress(std::uint64_t bytes_done) = 0;
};

/// Visits every input under `paths`, in the order given; folders in byte order of their entries' names, depth first;
/// archives are told by their bytes and walked in their own order, nested up to the caps. Symbolic links below a folder
/// are followed to files but never to folders; sockets, devices and pipes below a folder are left out and reported.
/// "-" is standard input.
void walk_inputs(std::span<const std::string> paths, const InputLimits& limits, InputVisitor& visitor);

/// Bytes that walk_inputs() will read from disk, for a progress bar. 0 when unknown (standard input among them).
std::uint64_t total_bytes(std::span<const std::string> paths);

/// Reads one text file whole, up to `bytes_max`. Errors: io, limit_exceeded; `why` says more.
Result<TextFile> read_text_file(const std::string& path, std::size_t bytes_max, std::string& why);

/// All files below `path` (or `path` itself when it is a file) whose names end in one of `suffixes` (".yml"), in byte
/// order of their paths. Unreadable ones come back as (path, why).
std::vector<TextFile> read_text_tree(const std::string& path, std::span<const std::string_view> suffixes,
                                     std::size_t bytes_max,
                                     std::vector<std::pair<std::string, std::string>>& unreadable);

}  // namespace stopwarden
