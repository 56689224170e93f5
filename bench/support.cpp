// SPDX-License-Identifier: Apache-2.0
#include "support.h"

#include <fmt/format.h>
#include <sched.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

#include "base/bytes.h"
#include "output/json_writer.h"
#include "platform/file.h"

namespace stopwarden::bench {
namespace {

constexpr std::size_t kChunk = 64 * std::size_t{1024};  // of EVTX: 65,536 bytes, after a file header of 4,096
constexpr std::size_t kFileHeader = 4096, kChunkHeader = 512, kRecordHeader = 24;

void count_chunk(Bytes chunk, PlainCount& out) {
  if (chunk.size() < kChunkHeader || as_text(chunk.first(8)) != std::string_view("ElfChnk\0", 8)) return;
  const std::size_t end = load_le<std::uint32_t>(chunk, 48);
  if (end < kChunkHeader || end > chunk.size()) return;
  out.used_bytes += end - kChunkHeader;
  std::size_t at = kChunkHeader;
  while (end - at >= kRecordHeader && as_text(chunk.subspan(at, 4)) == std::string_view("**\0\0", 4)) {
    const std::size_t size = load_le<std::uint32_t>(chunk, at + 4);
    if (size < kRecordHeader || size > end - at) return;
    ++out.events;
    at += size;
  }
}

Status count_evtx(const platform::File& file, PlainCount& out) {
  std::vector<std::byte> chunk(kChunk);
  for (std::uint64_t at = kFileHeader;; at += kChunk) {
    const std::size_t got = SW_TRY(file.read_at(at, chunk));
    if (got == 0) return Ok{};
    count_chunk(Bytes(chunk).first(got), out);
  }
}

/// Lines that start with `first`; every line for '\0'.
Status count_lines(const platform::File& file, char first, PlainCount& out) {
  const auto counts = [first](char c) { return first == '\0' || c == first; };
  std::vector<std::byte> block(kChunk);
  bool at_start = true;
  for (std::uint64_t at = 0;;) {
    const std::size_t got = SW_TRY(file.read_at(at, block));
    if (got == 0) return Ok{};
    const std::string_view text = as_text(Bytes(block).first(got));
    if (at_start && counts(text.front())) ++out.events;
    for (std::size_t n = text.find('\n'); n != text.npos; n = text.find('\n', n + 1)) {
      if (n + 1 < text.size() && counts(text[n + 1])) ++out.events;
    }
    at_start = text.back() == '\n';
    at += got;
    out.used_bytes += got;
  }
}

}  // namespace

bool stay_on_one_core() {
  cpu_set_t set;
  CPU_ZERO(&set);
  const int now = sched_getcpu();
  if (now < 0) return false;
  CPU_SET(static_cast<unsigned>(now), &set);
  return sched_setaffinity(0, sizeof(set), &set) == 0;
}

double Stopwatch::thread_seconds() noexcept {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double middle(const std::vector<Elapsed>& passes) {
  std::vector<double> cpu;
  for (const Elapsed& pass : passes) cpu.push_back(pass.cpu);
  std::sort(cpu.begin(), cpu.end());
  return cpu[cpu.size() / 2];
}

std::uint64_t peak_memory_kb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    std::uint64_t kb = 0;
    if (std::sscanf(line.c_str(), "VmHWM: %lu kB", &kb) == 1) return kb;
  }
  return 0;
}

bool count_plainly(const std::vector<std::string>& files, PlainCount& out, std::string& why) {
  for (const std::string& path : files) {
    const auto file = platform::File::open(path, platform::OpenAs::regular, why);
    if (!file) {
      why = path + ": " + why;
      return false;
    }
    std::vector<std::byte> head(8);
    const auto got = file.value().read_at(0, head);
    if (!got) {
      why = path + ": cannot be read";
      return false;
    }
    const std::string_view first = as_text(Bytes(head).first(got.value()));
    const bool evtx = first == std::string_view("ElfFile\0", 8);
    const bool syslog =
        first.size() > 3 && first[3] == ' ';  // "Mar  6 04:07:33": a record a line, as bench/syslog_log.py
    if (!evtx && !syslog && !first.starts_with('{')) {
      why = path + ": neither EVTX nor NDJSON nor syslog";
      return false;
    }
    const Status counted = evtx ? count_evtx(file.value(), out) : count_lines(file.value(), syslog ? '\0' : '{', out);
    const auto info = file.value().info();
    if (!counted || !info) {
      why = path + ": cannot be read to its end";
      return false;
    }
    ++out.files;
    out.file_bytes += info.value().bytes;
  }
  return true;
}

std::string quoted(std::string_view text) {
  std::string out;
  JsonWriter(out).text(text);
  return out;
}

void Report::key(std::string_view name) {
  out_ += out_.empty() ? "{" : ", ";
  out_ += quoted(name) + ": ";
}
void Report::text(std::string_view name, std::string_view value) { json(name, quoted(value)); }
void Report::number(std::string_view name, std::uint64_t value) { json(name, fmt::format("{}", value)); }
void Report::real(std::string_view name, double value) { json(name, fmt::format("{:.6g}", value)); }
void Report::boolean(std::string_view name, bool value) { json(name, value ? "true" : "false"); }
void Report::json(std::string_view name, std::string_view value) {
  key(name);
  out_ += value;
}
void Report::passes(const std::vector<Elapsed>& passes, std::uint64_t bytes, std::uint64_t events) {
  std::vector<double> cpu, wall;
  for (const Elapsed& pass : passes) {
    cpu.push_back(pass.cpu);
    wall.push_back(pass.wall);
  }
  const double best = *std::min_element(cpu.begin(), cpu.end()), median = middle(passes);
  json("passes_cpu_s", fmt::format("[{:.6g}]", fmt::join(cpu, ", ")));
  json("passes_wall_s", fmt::format("[{:.6g}]", fmt::join(wall, ", ")));
  real("best_gb_per_s", static_cast<double>(bytes) / best / 1e9);
  real("median_gb_per_s", static_cast<double>(bytes) / median / 1e9);
  if (events == 0) return;
  real("best_events_per_s", static_cast<double>(events) / best);
  real("median_events_per_s", static_cast<double>(events) / median);
}
std::string Report::take() { return out_.empty() ? "{}\n" : out_ + "}\n"; }

int wrong_answer(const std::string& why) {
  fmt::print(stderr, "engine_bench: wrong answer, nothing was timed: {}\n", why);
  return 1;
}

}  // namespace stopwarden::bench
