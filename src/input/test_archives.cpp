// SPDX-License-Identifier: Apache-2.0
#include "input/test_archives.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cstdlib>

#include "input/archive.h"
#include "input/stream.h"
#include "platform/charset.h"

namespace stopwarden::input {
namespace {

la_ssize_t append(archive*, void* out, const void* data, std::size_t bytes) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(data), bytes);
  return static_cast<la_ssize_t>(bytes);
}

void must(int result) {
  if (result < ARCHIVE_WARN) std::abort();  // a test that cannot make its archive is of no use
}

void add(archive* a, const TestEntry& e) {
  archive_entry* entry = archive_entry_new();
  archive_entry_set_pathname_utf8(entry, e.name.c_str());
  archive_entry_set_perm(entry, 0644);
  if (e.modified != 0) archive_entry_set_mtime(entry, static_cast<time_t>(e.modified), 0);
  const bool file = e.kind == TestEntry::Kind::file;
  archive_entry_set_size(entry, file ? static_cast<la_int64_t>(e.data.size()) : 0);
  switch (e.kind) {
    case TestEntry::Kind::file: archive_entry_set_filetype(entry, AE_IFREG); break;
    case TestEntry::Kind::folder: archive_entry_set_filetype(entry, AE_IFDIR); break;
    case TestEntry::Kind::device: archive_entry_set_filetype(entry, AE_IFCHR); break;
    case TestEntry::Kind::symlink:
      archive_entry_set_filetype(entry, AE_IFLNK);
      archive_entry_set_symlink(entry, e.data.c_str());
      break;
    case TestEntry::Kind::hardlink:
      archive_entry_set_filetype(entry, AE_IFREG);
      archive_entry_set_hardlink(entry, e.data.c_str());
      break;
  }
  must(archive_write_header(a, entry));
  if (file && !e.data.empty() && archive_write_data(a, e.data.data(), e.data.size()) < 0) std::abort();
  archive_entry_free(entry);
}

}  // namespace

std::string make_archive(std::string_view format, const std::vector<TestEntry>& entries, const char* options,
                         const char* password) {
  const platform::Utf8Charset utf8;
  const auto plus = format.find('+');
  archive* a = archive_write_new();
  must(archive_write_set_format_by_name(a, std::string(format.substr(0, plus)).c_str()));
  if (plus != std::string_view::npos)
    must(archive_write_add_filter_by_name(a, std::string(format.substr(plus + 1)).c_str()));
  archive_write_set_bytes_in_last_block(a, 1);
  if (options != nullptr) must(archive_write_set_options(a, options));
  if (password != nullptr) must(archive_write_set_passphrase(a, password));
  std::string out;
  must(archive_write_open2(a, &out, nullptr, append, nullptr, nullptr));
  for (const TestEntry& e : entries) add(a, e);
  must(archive_write_close(a));
  archive_write_free(a);
  return out;
}

std::string pack(std::string_view filter, std::string_view data) {
  return make_archive("raw+" + std::string(filter), {{"x", std::string(data), TestEntry::Kind::file}});
}

void TestVisitor::on_input(const std::string& name, ByteStream& stream) {
  modified.push_back(stream.modified());
  std::vector<std::byte> buffer(read_step);
  std::string data;
  std::uint64_t size = 0;
  while (size < read_max) {
    const auto n = stream.read(buffer);
    if (!n) {
      errors.push_back(name + " " + errc_name(n.error().code) + " " + n.error().what);
      break;
    }
    if (n.value() == 0) break;
    size += n.value();
    if (data.size() < keep_max) data += as_text(Bytes(buffer).first(n.value()));
  }
  names.push_back(name);
  datas.push_back(std::move(data));
  sizes.push_back(size);
}

void TestVisitor::on_unreadable(const std::string& name, const Error& error, const std::string& why) {
  unreadable.push_back(name + " " + errc_name(error.code));
  whys.push_back(why);
}

void TestVisitor::on_progress(std::uint64_t bytes_done) { progress.push_back(bytes_done); }

void walk_bytes(const std::string& name, std::string_view bytes, TestVisitor& visitor, const InputLimits& limits,
                As as) {
  MemoryStream stream(as_bytes(bytes));
  if (as == As::file)
    walk_stream(name, static_cast<SeekableStream&>(stream), limits, visitor);
  else
    walk_stream(name, static_cast<ByteStream&>(stream), limits, visitor);
}

std::string noise(std::size_t bytes, std::uint32_t seed) {
  std::string out(bytes, '\0');
  for (char& c : out) {
    seed = seed * 1664525u + 1013904223u;
    c = static_cast<char>(seed >> 24);
  }
  return out;
}

}  // namespace stopwarden::input
