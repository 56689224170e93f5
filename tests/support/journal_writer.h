// SPDX-License-Identifier: Apache-2.0
// Writes systemd journal files for tests, from the format's document; shares nothing with the reader.
//
//   JournalWriter w({.compact = true});
//   w.add({.realtime = 1'700'000'000'000'000, .fields = {{"MESSAGE", "Stopped x."}, {"_PID", "1"}}});
//   const std::string file = w.finish();
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stopwarden::test {

enum class JournalPacking : std::uint8_t { none, xz, lz4, zstd };

struct JournalShape {
  bool compact = false;
  JournalPacking packing = JournalPacking::none;  ///< of payloads from 64 bytes on
  std::uint64_t header_size = 272;
  bool archived = true;
  std::size_t room = 64;  ///< zeros behind the last object, as journald leaves them
};

struct JournalEntry {
  std::uint64_t realtime = 1'700'000'000'000'000;
  std::uint64_t monotonic = 1'000'000;
  std::vector<std::pair<std::string, std::string>> fields;
};

/// Equal fields are stored once. journalctl reads the files: entries stand in an array, hash tables are left out.
class JournalWriter {
 public:
  explicit JournalWriter(const JournalShape& shape = {});
  /// Returns where the entry's object lies.
  std::uint64_t add(const JournalEntry& entry);
  /// Where the DATA object of a field that was added lies.
  std::uint64_t data_offset(const std::string& name, const std::string& value) const;
  std::string finish();

 private:
  std::uint64_t object(std::uint8_t type, std::uint8_t flags, std::string_view body);
  std::uint64_t data(const std::string& text);

  JournalShape shape_;
  std::string out_;
  std::map<std::string, std::uint64_t> data_;
  std::vector<std::uint64_t> entries_;
  std::uint64_t objects_ = 0, tail_ = 0;
  std::uint64_t first_realtime_ = 0, last_realtime_ = 0, last_monotonic_ = 0;
};

/// As `journalctl -o export` prints an entry.
std::string journal_export(const JournalEntry& entry, std::uint64_t seqnum);

/// Overwrites a little-endian number of `size` bytes.
void patch(std::string& file, std::uint64_t offset, std::uint64_t value, std::size_t size);

}  // namespace stopwarden::test
