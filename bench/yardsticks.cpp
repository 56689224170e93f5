// SPDX-License-Identifier: Apache-2.0
// What the engine is measured against, in the same run, on the same bytes: the page cache, and simdjson with nothing
// asked of it.
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "commands.h"
#include "platform/file.h"
#include "support.h"

namespace stopwarden::bench {
namespace {

constexpr std::size_t kBlock = 64 * std::size_t{1024};
constexpr std::size_t kWindow = std::size_t{4} << 20;  // lines of a window; the longest line of a log must fit

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
  std::uint64_t documents = 0, fields = 0, bytes = 0, errors = 0;
  double parse_s = 0;  ///< without reading
};

enum class Visit : std::uint8_t { documents, fields };

/// One window of whole lines.
void walk_window(simdjson::ondemand::parser& parser, const char* text, std::size_t length, std::size_t capacity,
                 Visit visit, Walk& out) {
  simdjson::ondemand::document_stream stream;
  if (parser.iterate_many(text, length, capacity).get(stream) != simdjson::SUCCESS) {
    ++out.errors;
    return;
  }
  for (auto document : stream) {
    ++out.documents;
    if (document.error() != simdjson::SUCCESS) {
      ++out.errors;
      continue;
    }
    if (visit == Visit::documents) continue;  // the stream skips to the next document on its own
    simdjson::ondemand::object object;
    if (document.get_object().get(object) != simdjson::SUCCESS) {
      ++out.errors;
      continue;
    }
    for (auto field : object) {
      if (field.error() != simdjson::SUCCESS) ++out.errors;
      ++out.fields;
    }
  }
  if (stream.truncated_bytes() != 0) ++out.errors;
}

/// Reads each file in windows of whole lines and walks them; only the walking counts in parse_s.
Walk walk_files(const std::vector<platform::File>& files, simdjson::ondemand::parser& parser, std::vector<char>& buffer,
                Visit visit) {
  Walk out;
  for (const platform::File& file : files) {
    std::uint64_t at = 0;
    for (;;) {
      const auto got = file.read_at(at, std::as_writable_bytes(std::span(buffer.data(), kWindow)));
      if (!got || got.value() == 0) break;
      std::size_t length = got.value();
      if (length == kWindow) {
        while (length != 0 && buffer[length - 1] != '\n') --length;
        if (length == 0) {  // a line that is longer than the window: not this yardstick's business
          ++out.errors;
          break;
        }
      }
      const Stopwatch watch;
      walk_window(parser, buffer.data(), length, kWindow, visit, out);
      out.parse_s += watch.seconds();
      at += length;
      out.bytes += length;
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
  std::vector<double> seconds;
  for (std::size_t i = 0; i < options.passes; ++i) {
    const Stopwatch watch;
    (void)pass();
    seconds.push_back(watch.seconds());
  }
  Report report;
  report.text("what", "pread in blocks of 64 KiB, one thread, page cache");
  report.number("bytes", plain.file_bytes);
  report.passes(seconds, plain.file_bytes, 0);
  fmt::print("{}", report.take());
  return 0;
}

int run_simdjson(const CommonOptions& options) {
  std::string why;
  PlainCount plain;
  if (!count_plainly(options.files, plain, why)) return wrong_answer(why);
  const std::vector<platform::File> files = open_all(options.files, why);
  simdjson::ondemand::parser parser;
  parser.threaded = false;  // else stage 1 of the next batch runs on a second core
  std::vector<char> buffer(kWindow + simdjson::SIMDJSON_PADDING);
  for (const Visit visit : {Visit::documents, Visit::fields}) {
    const Walk walk = walk_files(files, parser, buffer, visit);
    if (walk.errors != 0 || walk.documents != plain.events || walk.bytes != plain.file_bytes)
      return wrong_answer(fmt::format("{} documents of {}, {} errors", walk.documents, plain.events, walk.errors));
  }
  std::vector<double> bare, with_reading, fields;
  for (std::size_t i = 0; i < options.passes; ++i) {
    const Stopwatch watch;
    bare.push_back(walk_files(files, parser, buffer, Visit::documents).parse_s);
    with_reading.push_back(watch.seconds());
    fields.push_back(walk_files(files, parser, buffer, Visit::fields).parse_s);
  }
  const auto rate = [&plain](std::vector<double> seconds) {
    std::sort(seconds.begin(), seconds.end());
    return static_cast<double>(plain.file_bytes) / seconds[seconds.size() / 2] / 1e9;
  };
  Report report;
  report.text("what",
              "on_demand iterate_many over windows of 4 MiB, every document walked, no field looked at, one thread; "
              "reading the file is not counted");
  report.text("stage1_kernel", simdjson::get_active_implementation()->name());
  report.text("ondemand_kernel", simdjson::builtin_implementation()->name());
  report.text("version", SIMDJSON_STRINGIFY(SIMDJSON_VERSION));
  report.number("bytes", plain.file_bytes);
  report.number("events", plain.events);
  report.passes(bare, plain.file_bytes, plain.events);
  report.real("with_reading_gb_per_s", rate(with_reading));
  report.real("fields_visited_gb_per_s", rate(fields));
  fmt::print("{}", report.take());
  return 0;
}

}  // namespace stopwarden::bench
