// SPDX-License-Identifier: Apache-2.0
// A developer's tool, never shipped: runs the fast and the reference matcher over the same logs and compares every hit
// with what it matched; `--only fast|reference` runs one of them and tells its time.
//
//   compare_engines [--rules PATH]... [--own] [--only ENGINE] PATH...
//
// Exit: 0 the same hits, 1 not.
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "detect/sigma/fast.h"
#include "finding/build.h"
#include "input/input.h"
#include "load.h"
#include "pipeline/reader.h"
#include "support/reading.h"

using namespace stopwarden;  // NOLINT: a program of one file

namespace {

struct Found {
  std::uint64_t record = 0;
  std::uint32_t rule = 0;
  std::uint64_t matched = 0;
  bool operator==(const Found&) const = default;
};

class Collector final : public EventSink, public HitSink {
 public:
  explicit Collector(sigma::Matcher& matcher) : matcher_(matcher) {}
  void on_event(const Event& e) override {
    ++events;
    matcher_.match(e, *this);
  }
  void on_drop(const Error&) override {}
  void on_oddity(const Error&) override {}
  void on_hit(const Hit& hit) override {
    std::uint64_t matched = 0;
    for (const MatchedField& m : hit.matched) matched = mix(matched ^ hash_text(m.name), hash_text(m.value));
    found.push_back({hit.event->origin.record, hit.number, matched});
  }
  std::vector<Found> found;
  std::uint64_t events = 0;

 private:
  sigma::Matcher& matcher_;
};

class Compare final : public InputVisitor {
 public:
  Compare(const cli::LoadedRules& loaded, std::string_view only)
      : loaded_(loaded), program_(*loaded.rules), wanted_(loaded.table), fast_(program_), reference_(*loaded.rules) {
    loaded.rules->add_wanted(wanted_);
    run_fast_ = only != "reference";
    run_reference_ = only != "fast";
  }

  void on_input(const std::string& name, ByteStream& stream) override {
    constexpr std::size_t kPiece = std::size_t{1} << 20, kMax = std::size_t{1} << 31;
    bytes_.clear();
    for (;;) {
      const std::size_t at = bytes_.size();
      bytes_.resize(at + kPiece);
      const auto got = stream.read(std::as_writable_bytes(std::span(bytes_)).subspan(at));
      bytes_.resize(at + (got ? got.value() : 0));
      if (!got || got.value() == 0 || bytes_.size() > kMax) break;
    }
    total_bytes += bytes_.size();
    Collector fast(fast_), reference(reference_);
    if (run_fast_) fast_seconds += run(fast, {&wanted_, fast_.planner()});
    if (run_reference_) reference_seconds += run(reference, {&wanted_, nullptr});
    events += std::max(fast.events, reference.events);
    hits += std::max(fast.found.size(), reference.found.size());
    if (!run_fast_ || !run_reference_ || fast.found == reference.found) return;
    ++differences;
    std::size_t i = 0;
    while (i < fast.found.size() && i < reference.found.size() && fast.found[i] == reference.found[i]) ++i;
    std::printf("%s: %zu hits fast, %zu reference; the first that differs:\n", name.c_str(), fast.found.size(),
                reference.found.size());
    show("fast", fast.found, i);
    show("reference", reference.found, i);
  }
  void on_unreadable(const std::string& name, const Error&, const std::string& why) override {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), why.c_str());
  }
  void on_progress(std::uint64_t) override {}

  std::uint64_t events = 0, hits = 0, differences = 0, total_bytes = 0;
  double fast_seconds = 0, reference_seconds = 0;

 private:
  double run(Collector& collector, const SourceOptions& options) {
    test::PieceStream stream(bytes_, SIZE_MAX);
    InputReader reader(options);
    const auto start = std::chrono::steady_clock::now();
    reader.read(stream, collector);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  void show(const char* who, const std::vector<Found>& found, std::size_t i) const {
    if (i >= found.size()) {
      std::printf("  %-9s nothing more\n", who);
      return;
    }
    const RuleInfo& rule = loaded_.rules->info(found[i].rule);
    std::printf("  %-9s record %llu rule %s (%s) matched %016llx\n", who,
                static_cast<unsigned long long>(found[i].record), rule.title.c_str(), rule.file.c_str(),
                static_cast<unsigned long long>(found[i].matched));
  }

  const cli::LoadedRules& loaded_;
  sigma::Program program_;
  WantedFields wanted_;
  sigma::FastMatcher fast_;
  sigma::ReferenceMatcher reference_;
  bool run_fast_ = true, run_reference_ = true;
  std::string bytes_;
};

}  // namespace

int main(int argc, char** argv) {
  cli::RuleOptions options;
  options.no_default_rules = true;
  std::vector<std::string> paths;
  std::string only;
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    if (arg == "--rules" && i + 1 < argc)
      options.rules.emplace_back(argv[++i]);
    else if (arg == "--only" && i + 1 < argc)
      only = argv[++i];
    else if (arg == "--own")
      options.no_default_rules = false;
    else
      paths.emplace_back(arg);
  }
  const auto start = std::chrono::steady_clock::now();
  const cli::LoadedRules loaded = cli::load_rules(options);
  const auto compiled = std::chrono::steady_clock::now();
  Compare compare(loaded, only);
  const auto ready = std::chrono::steady_clock::now();
  const auto seconds = [](auto d) { return std::chrono::duration<double>(d).count(); };
  walk_inputs(paths, InputLimits{}, compare);
  const auto rate = [&](double s) { return s > 0 ? static_cast<double>(compare.events) / s / 1e6 : 0; };
  std::printf("%zu rules (%.3f s, program %.3f s), %llu events, %.3f GB, %llu hits, %llu inputs differ\n",
              loaded.rules->size(), seconds(compiled - start), seconds(ready - compiled),
              static_cast<unsigned long long>(compare.events), static_cast<double>(compare.total_bytes) / 1e9,
              static_cast<unsigned long long>(compare.hits), static_cast<unsigned long long>(compare.differences));
  std::printf("fast %.3f s (%.3f M events/s), reference %.3f s (%.3f M events/s)\n", compare.fast_seconds,
              rate(compare.fast_seconds), compare.reference_seconds, rate(compare.reference_seconds));
  return compare.differences == 0 ? 0 : 1;
}
