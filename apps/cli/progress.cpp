// SPDX-License-Identifier: Apache-2.0
#include "progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "format.h"

namespace stopwarden::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kEvery = 150ms;
constexpr std::size_t kBar = 28;

}  // namespace

void Progress::on_progress(std::uint64_t bytes_done, const ScanSummary& so_far) {
  if (show_ == Show::no) return;
  const auto now = Clock::now();
  if (now - last_ < kEvery) return;
  last_ = now;
  const double elapsed = std::max(0.001, seconds());
  std::string line = "\r\x1b[K";
  if (total_ != 0) {
    const double part = std::min(1.0, static_cast<double>(bytes_done) / static_cast<double>(total_));
    const auto full = static_cast<std::size_t>(part * kBar);
    line += fmt::format("[{}{}] {:3.0f} %  ", std::string(full, '#'), std::string(kBar - full, '-'), part * 100);
  }
  std::uint64_t hits = 0;
  for (const std::uint64_t n : so_far.hits_by_level) hits += n;
  line += fmt::format("{} events, {} hits, {}/s", grouped(so_far.events), grouped(hits),
                      size_text(static_cast<std::uint64_t>(static_cast<double>(bytes_done) / elapsed)));
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
  drawn_ = true;
}

void Progress::clear() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
  drawn_ = false;
}

}  // namespace stopwarden::cli
