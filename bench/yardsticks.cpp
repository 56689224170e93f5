// SPDX-License-Identifier: Apache-2.0
// What the engine is measured against, in the same run, on the same bytes: the page cache, and simdjson with nothing
// asked of it.
#include <fmt/format.h>
#include <simdjson.h>

#include <memory>
#include <optional>

#include "base/bytes.h"
#include "commands.h"
#include "platform/file.h"
#include "support.h"

namespace stopwarden::bench {
namespace {

constexpr std::size_t kBlock = 64 * std::size_t{1024};
constexpr std::size_t kBatch = std::size_t{1} << 20;  // as long as the product's window; every line must fit

std::vector<platform::File> open_all(const std::vector<std::string>& paths, std::string& why) {
  std::vector<platform::File> out;
  for (const std::string& path : paths) {
    auto file = platform::File::open(path, platform::OpenAs::regular, why);
    if (!file) return {};
    out.push_back(std::move(file).take());
  }
  return out;
}

/// What a walk over the documents of all files came to.
struct Walk {
  std::uint64_t documents = 0, errors = 0;
  void add(const Walk& other) {
    documents += other.documents;
    errors += other.errors;
  }
};

enum class Visit : std::uint8_t { documents, fields };

/// `text` holds whole lines and has simdjson's padding behind it.
Walk walk(simdjson::ondemand::parser& parser, std::string_view text, Visit visit) {
  Walk out;
  simdjson::ondemand::document_stream stream;
  if (parser.iterate_many(text.data(), text.size(), kBatch).get(stream) != simdjson::SUCCESS) {
    ++out.errors;
    return out;
  }
  for (auto document : stream) {
    ++out.documents;
    if (document.error() != simdjson::SUCCESS) ++out.errors;
    if (visit == Visit::documents) continue;  // the stream skips to the next document on its own
    simdjson::ondemand::object object;
    if (document.get_object().get(object) != simdjson::SUCCESS) {
      ++out.errors;
      continue;
    }
    for (auto field : object)
      if (field.error() != simdjson::SUCCESS) ++out.errors;
  }
  if (stream.truncated_bytes() != 0) ++out.errors;
  return out;
}

/// Reads each file in windows of whole lines, as the product does, and walks them.
Walk walk_files(simdjson::ondemand::parser& parser, const std::vector<platform::File>& files,
                std::vector<char>& buffer) {
  Walk out;
  for (const platform::File& file : files) {
    for (std::uint64_t at = 0;;) {
      const auto got = file.read_at(at, std::as_writable_bytes(std::span(buffer.data(), kBatch)));
      if (!got || got.value() == 0) break;
      std::size_t length = got.value();
      if (length == kBatch)
        while (length != 0 && buffer[length - 1] != '\n') --length;
      if (length == 0) {
        ++out.errors;
        break;
      }
      out.add(walk(parser, {buffer.data(), length}, Visit::documents));
      at += length;
    }
  }
  return out;
}

/// The files one behind the other, with padding.
std::vector<char> load_all(const std::vector<platform::File>& files, std::uint64_t bytes) {
  std::vector<char> out(bytes + simdjson::SIMDJSON_PADDING);
  std::uint64_t end = 0;
  for (const platform::File& file : files) {
    for (std::uint64_t at = 0;;) {
      const auto got = file.read_at(at, std::as_writable_bytes(std::span(out).subspan(end, bytes - end)));
      if (!got || got.value() == 0) break;
      at += got.value();
      end += got.value();
    }
  }
  return out;
}

}  // namespace

int run_pread(const CommonOptions& options) {
  std::string why;
  const std::vector<platform::File> files = open_all(options.files, why);
  if (files.empty()) return wrong_answer(why);
  std::vector<std::byte> block(kBlock);
  const auto pass = [&] {
    std::uint64_t bytes = 0;
    for (const platform::File& file : files) {
      for (std::uint64_t at = 0;;) {
        const auto got = file.read_at(at, block);
        if (!got || got.value() == 0) break;
        at += got.value();
        bytes += got.value();
      }
    }
    return bytes;
  };
  PlainCount plain;
  if (!count_plainly(options.files, plain, why)) return wrong_answer(why);
  if (pass() != plain.file_bytes) return wrong_answer("the files were not read whole");
  std::vector<Elapsed> passes;
  for (std::size_t i = 0; i < options.passes; ++i) {
    const Stopwatch watch;
    (void)pass();
    passes.push_back(watch.elapsed());
  }
  Report report;
  report.text("what", "pread in blocks of 64 KiB, one thread, page cache");
  report.number("bytes", plain.file_bytes);
  report.passes(passes, plain.file_bytes, 0);
  fmt::print("{}", report.take());
  return 0;
}

int run_simdjson(const CommonOptions& options) {
  std::string why;
  PlainCount plain;
  if (!count_plainly(options.files, plain, why)) return wrong_answer(why);
  const std::vector<platform::File> files = open_all(options.files, why);
  const std::vector<char> loaded = load_all(files, plain.file_bytes);
  const std::string_view text(loaded.data(), plain.file_bytes);
  simdjson::ondemand::parser parser;
  parser.threaded = false;  // else stage 1 of the next batch runs on a second core
  std::vector<char> window(kBatch + simdjson::SIMDJSON_PADDING);
  for (const Walk& w :
       {walk(parser, text, Visit::documents), walk(parser, text, Visit::fields), walk_files(parser, files, window)}) {
    if (w.errors != 0 || w.documents != plain.events)
      return wrong_answer(fmt::format("{} documents of {}, {} errors", w.documents, plain.events, w.errors));
  }
  std::vector<Elapsed> bare, visited, read;
  for (std::size_t i = 0; i < options.passes; ++i) {
    const auto timed = [](std::vector<Elapsed>& out, const auto& pass) {
      const Stopwatch watch;
      (void)pass();
      out.push_back(watch.elapsed());
    };
    timed(bare, [&] { return walk(parser, text, Visit::documents); });
    timed(visited, [&] { return walk(parser, text, Visit::fields); });
    timed(read, [&] { return walk_files(parser, files, window); });
  }
  const auto rate = [&plain](const std::vector<Elapsed>& passes) {
    return static_cast<double>(plain.file_bytes) / middle(passes) / 1e9;
  };
  Report report;
  report.text("what",
              "on_demand iterate_many in batches of 1 MiB over the files in memory, each document walked, no field "
              "looked at, one thread");
  report.text("stage1_kernel", simdjson::get_active_implementation()->name());
  report.text("ondemand_kernel", simdjson::builtin_implementation()->name());
  report.text("version", SIMDJSON_STRINGIFY(SIMDJSON_VERSION));
  report.number("bytes", plain.file_bytes);
  report.number("events", plain.events);
  report.passes(bare, plain.file_bytes, plain.events);
  report.real("median_gb_per_s_fields_visited", rate(visited));
  report.real("median_gb_per_s_with_pread", rate(read));
  fmt::print("{}", report.take());
  return 0;
}

}  // namespace stopwarden::bench
