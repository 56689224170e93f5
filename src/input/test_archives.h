// SPDX-License-Identifier: Apache-2.0
// What the tests of this module share: archives made on the spot, and a visitor that writes down what it met.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "input/input.h"

namespace stopwarden::input {

struct TestEntry {
  enum class Kind : std::uint8_t { file, folder, symlink, hardlink, device };
  std::string name;
  std::string data;  // of a link: its target
  Kind kind = Kind::file;
  std::int64_t modified = 0;  // seconds since 1970; 0: not said
};

/// "zip", "7zip", "pax", "gnutar", "ustar", "v7tar", "raw", with a filter behind a plus: "pax+gzip".
/// Options as libarchive takes them ("zip:encryption=traditional"); a password switches encryption on.
std::string make_archive(std::string_view format, const std::vector<TestEntry>& entries, const char* options = nullptr,
                         const char* password = nullptr);

/// One stream packed by a filter alone: x.log.gz.
std::string pack(std::string_view filter, std::string_view data);

/// Lines such as "in a.zip!/x.log 12", "bad name code: why".
class TestVisitor : public InputVisitor {
 public:
  void on_input(const std::string& name, ByteStream& stream) override;
  void on_unreadable(const std::string& name, const Error& error, const std::string& why) override;
  void on_progress(std::uint64_t bytes_done) override;

  std::size_t read_step = 4096;           // bytes asked for at a time
  std::uint64_t read_max = UINT64_MAX;    // the visitor loses interest behind this many
  std::size_t keep_max = 1 << 20;         // bytes of one input that are kept
  std::vector<std::string> names, datas;  // of inputs
  std::vector<std::uint64_t> sizes;
  std::vector<std::optional<EventTime>> modified;
  std::vector<std::string> errors;      // "name code what", from streams
  std::vector<std::string> unreadable;  // "name code"
  std::vector<std::string> whys;
  std::vector<std::uint64_t> progress;
};

using Lines = std::vector<std::string>;

/// Walks bytes in memory as a file (seekable) or as a pipe.
enum class As : std::uint8_t { file, pipe };
void walk_bytes(const std::string& name, std::string_view bytes, TestVisitor& visitor, const InputLimits& limits = {},
                As as = As::file);

/// Bytes that do not compress, the same for the same seed.
std::string noise(std::size_t bytes, std::uint32_t seed = 1);

}  // namespace stopwarden::input
