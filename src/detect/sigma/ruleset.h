// SPDX-License-Identifier: Apache-2.0
// Sigma rules, loaded and ready: yaml -> ast -> ir -> RuleSet. Immutable once compiled; threads share it.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "detect/hit.h"
#include "detect/sigma/logsource.h"
#include "event/field.h"
#include "yaml/yaml.h"

namespace stopwarden::sigma {

/// What became of one document (design, section 5, `rules lint`).
struct RuleReport {
  enum class Kind : std::uint8_t { rule, correlation, filter };
  enum class State : std::uint8_t {
    loaded,
    rejected,  ///< not evaluated; code and reason say why
    never,     ///< sound, but can never fire on the sources this program knows
  };
  std::string id, title, file;
  std::uint32_t line = 0;
  Kind kind = Kind::rule;
  State state = State::loaded;
  std::string code;    ///< "SIG014"; empty when loaded
  std::string reason;  ///< one line; empty when loaded
};

/// --expand FILE: placeholder name to values. YAML map of name to value or list.
using Placeholders = std::map<std::string, std::vector<std::string>, std::less<>>;
Placeholders parse_placeholders(const TextFile& file, std::vector<Diagnostic>& diagnostics);

struct Ir;        // ir.h: the compiled form the matchers run
struct Triggers;  // trigger.h: what the fast matcher waits for

/// How a rule's logsource becomes selectors; Logsources::resolve, or something else in a test. The selectors outlive
/// the set.
using Resolver = std::function<Resolution(const Logsource&)>;

class RuleSet {
 public:
  /// Compiles every document of every file. One broken rule never keeps another from loading, unless that one refers to
  /// it. Documents may refer to later ones and to those of other files. Fields the rules ask for are interned into
  /// `table`. Later documents with an id already seen are rejected as duplicates. `logsources` outlives the set.
  /// Warnings (a field mistake that cannot match, a null in a list) go to `warnings`.
  static RuleSet compile(std::span<const TextFile> files, const Logsources& logsources,
                         const Placeholders& placeholders, FieldTable& table, std::vector<Diagnostic>& warnings);
  static RuleSet compile(std::span<const TextFile> files, const Resolver& resolve, const Placeholders& placeholders,
                         FieldTable& table, std::vector<Diagnostic>& warnings);
  RuleSet(RuleSet&&) noexcept;
  RuleSet& operator=(RuleSet&&) noexcept;
  ~RuleSet();

  std::span<const RuleReport> reports() const noexcept { return reports_; }
  /// Loaded plain rules: what Hit::number counts.
  std::size_t size() const noexcept;
  const RuleInfo& info(std::size_t rule) const;
  /// Loaded correlations, which the matchers know nothing of.
  std::size_t correlations() const noexcept;
  const RuleInfo& correlation_info(std::size_t correlation) const;
  const Ir& ir() const noexcept { return *ir_; }
  const Triggers& triggers() const noexcept { return *triggers_; }
  /// Adds every field a loaded rule reads, and those that correlations ask of its hits (through aliases too).
  void add_wanted(WantedFields& wanted) const;

 private:
  friend struct CacheAccess;  // cache.cpp
  RuleSet();
  std::unique_ptr<Ir> ir_;
  std::unique_ptr<Triggers> triggers_;
  std::vector<RuleReport> reports_;
};

/// What it took to evaluate each rule of a set.
struct RuleProfile {
  struct Cost {
    std::uint64_t evaluations = 0, ns = 0;
  };
  std::vector<Cost> by_rule;  ///< by Hit::number; empty when nobody measured
};

/// Finds the rules that fire on an event. One object per thread; the RuleSet outlives it.
class Matcher {
 public:
  virtual ~Matcher() = default;
  /// Reports each rule that fires on `event`, in the order of the set, each once.
  virtual void match(const Event& event, HitSink& sink) = 0;
  /// For each rule of the set, how many searches of a regular expression were given up (regex.h); each counted as no
  /// match. To be summed over threads and reported.
  virtual std::span<const std::uint64_t> budget_exceeded() const = 0;
  /// What the sources of this thread should ask; nullptr: read all wanted fields.
  virtual FieldPlanner* planner() noexcept { return nullptr; }
  /// From now on adds what each rule takes to `profile`, which must outlive the matcher's work. A matcher that cannot
  /// leaves it empty.
  virtual void measure(RuleProfile& profile) { (void)profile; }
};

/// The plain matcher: every rule whose logsource accepts the event, its whole condition, no shortcuts that could change
/// an answer. The truth that every faster matcher is held to (design, section 3). It wants all fields of the event.
class ReferenceMatcher final : public Matcher {
 public:
  explicit ReferenceMatcher(const RuleSet& rules);
  ~ReferenceMatcher() override;
  /// Cost: linear in rules of the event's source.
  void match(const Event& event, HitSink& sink) override;
  std::span<const std::uint64_t> budget_exceeded() const override;
  void measure(RuleProfile& profile) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stopwarden::sigma
