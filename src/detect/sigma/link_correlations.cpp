// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <utility>

#include "base/text.h"
#include "detect/sigma/link.h"

namespace stopwarden::sigma {
namespace {

using Kind = Condition::Kind;

/// A correlation while its references are followed.
struct Draft {
  std::uint32_t document = 0;
  std::vector<AstReference> references;             ///< the stages
  std::vector<std::vector<std::uint32_t>> targets;  ///< documents of each stage
  std::vector<std::size_t> inner;                   ///< drafts it refers to
  std::vector<std::uint32_t> alias_stages;          ///< of each line of its aliases
  std::vector<std::uint32_t> covered;               ///< documents of the plain rules it is made of, ascending
  std::size_t waits_for = 0;                        ///< of these, how many are not linked yet
  std::size_t depth = 1;
};

bool has_negation(const std::vector<CorrelationNode>& condition) {
  return std::any_of(condition.begin(), condition.end(),
                     [](const CorrelationNode& n) { return n.kind == CorrelationNode::Kind::negation; });
}

}  // namespace

CorrelationRule::Decision decision_of(const CorrelationRule& rule) {
  using D = CorrelationRule::Decision;
  switch (rule.type) {
    case CorrelationType::value_avg:
    case CorrelationType::value_median:
    case CorrelationType::value_percentile: return D::at_close;
    case CorrelationType::event_count:
    case CorrelationType::value_count:
    case CorrelationType::value_sum:
    case CorrelationType::temporal:
    case CorrelationType::temporal_ordered: break;
  }
  for (const Bound& bound : rule.bounds)
    if (bound.op != Bound::Op::gt && bound.op != Bound::Op::gte) return D::at_close;
  return has_negation(rule.condition) ? D::at_close : D::at_once;
}

namespace {

class CorrelationLinker {
 public:
  CorrelationLinker(std::vector<Document>& documents, const References& references, FieldTable& table, Ir& ir)
      : documents_(documents), references_(references), table_(table), ir_(ir) {}

  void run() {
    draft_of_.resize(documents_.size(), kNone);
    named_by_.resize(documents_.size(), kNone);
    for (std::uint32_t at = 0; at < documents_.size(); ++at)
      if (std::holds_alternative<AstCorrelation>(documents_[at].content)) start(at);
    // Names are followed until nothing changes: a correlation falls with those it refers to.
    for (Draft& draft : drafts_) follow(draft);
    order();
    for (const std::size_t at : order_) settle(drafts_[at]);
    for (Draft& draft : drafts_) place(draft);
    for (const std::size_t at : order_) fill(drafts_[at]);
    hush();
  }

 private:
  const AstCorrelation& ast(const Draft& draft) const {
    return std::get<AstCorrelation>(documents_[draft.document].content);
  }
  bool rejected(const Draft& draft) const { return documents_[draft.document].rejected(); }

  void start(std::uint32_t at) {
    draft_of_[at] = drafts_.size();
    drafts_.emplace_back().document = at;
  }

  /// Resolves what the correlation refers to. Rejected targets are found later, in order().
  void follow(Draft& draft) {
    Document& document = documents_[draft.document];
    const AstCorrelation& correlation = ast(draft);
    draft.references = correlation.references;
    if (draft.references.empty()) collect_names(correlation.condition->condition, *correlation.condition, draft);
    if (draft.references.size() > kCorrelationLimits.rules_max) return document.reject(too_many_rules(correlation));
    const std::size_t self = draft_of_[draft.document];
    for (const AstReference& reference : draft.references) {
      std::vector<std::uint32_t>& found = draft.targets.emplace_back();
      if (auto problem = references_.resolve(reference, found)) return document.reject(std::move(*problem));
      for (const std::uint32_t at : found) {
        if (named_by_[at] == self)
          return document.reject({code::repeated_rule, reference.line, reference.column,
                                  "the correlation names the rule '" + reference.text + "' twice"});
        named_by_[at] = self;
        if (draft_of_[at] != kNone) draft.inner.push_back(draft_of_[at]);
      }
    }
    if (draft.references.empty())
      document.reject({code::no_rules, correlation.line, correlation.column, "the correlation names no rules"});
  }

  static Problem too_many_rules(const AstCorrelation& correlation) {
    return {code::correlation_limit, correlation.line, correlation.column,
            "the correlation is made of more than " + std::to_string(kCorrelationLimits.rules_max) + " rules"};
  }

  static void collect_names(const Condition& condition, const AstCondition& at, Draft& draft) {
    if (draft.references.size() > kCorrelationLimits.rules_max) return;
    if (condition.kind == Kind::search) {
      const bool known = std::any_of(draft.references.begin(), draft.references.end(),
                                     [&condition](const AstReference& r) { return r.text == condition.name; });
      if (!known) draft.references.push_back({condition.name, at.line, at.column});
    }
    for (const Condition& part : condition.parts) collect_names(part, at, draft);
  }

  /// Inner correlations first; what is left over then goes in circles, or waits for one that does.
  void order() {
    std::vector<std::vector<std::size_t>> outer(drafts_.size());
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < drafts_.size(); ++i) {
      for (const std::size_t inner : drafts_[i].inner) outer[inner].push_back(i);
      drafts_[i].waits_for = drafts_[i].inner.size();
      if (drafts_[i].inner.empty()) ready.push_back(i);
    }
    while (!ready.empty()) {
      const std::size_t at = ready.back();
      ready.pop_back();
      order_.push_back(at);
      for (const std::size_t next : outer[at]) {
        drafts_[next].depth = std::max(drafts_[next].depth, drafts_[at].depth + 1);
        if (--drafts_[next].waits_for == 0) ready.push_back(next);
      }
    }
    reject_circles(outer);
  }

  void reject_circles(const std::vector<std::vector<std::size_t>>& outer) {
    std::vector<bool> left(drafts_.size(), false);
    std::vector<std::size_t> referred(drafts_.size(), 0);  // by how many of those left
    for (std::size_t i = 0; i < drafts_.size(); ++i) left[i] = drafts_[i].waits_for != 0;
    for (std::size_t i = 0; i < drafts_.size(); ++i)
      for (const std::size_t o : outer[i]) referred[i] += static_cast<std::size_t>(left[o]);
    // Those that no other of them refers to merely wait: peel them off.
    std::vector<std::size_t> waiting;
    for (std::size_t i = 0; i < drafts_.size(); ++i)
      if (left[i] && referred[i] == 0) waiting.push_back(i);
    for (std::size_t next = 0; next < waiting.size(); ++next) {
      left[waiting[next]] = false;
      for (const std::size_t inner : drafts_[waiting[next]].inner)
        if (left[inner] && --referred[inner] == 0) waiting.push_back(inner);
    }
    for (std::size_t i = 0; i < drafts_.size(); ++i)
      if (left[i] && !rejected(drafts_[i]))
        documents_[drafts_[i].document].reject(
            {code::cycle, ast(drafts_[i]).line, ast(drafts_[i]).column, "the correlation depends on itself"});
    for (auto at = waiting.rbegin(); at != waiting.rend(); ++at) order_.push_back(*at);
  }

  /// Rejects what is wrong with a correlation on its own, or says that it can never fire.
  void settle(Draft& draft) {
    Document& document = documents_[draft.document];
    if (document.rejected()) return;
    if (auto problem = check(draft)) return document.reject(std::move(*problem));
    std::size_t alive = 0;
    for (const auto& targets : draft.targets)
      alive += static_cast<std::size_t>(std::any_of(targets.begin(), targets.end(), [this](std::uint32_t at) {
        return documents_[at].report.state == RuleReport::State::loaded;
      }));
    if (alive == 0) return document.never(code::correlates_nothing, "none of its rules can ever fire");
    if (is_temporal(ast(draft).type) && !ast(draft).condition && needed(draft) > alive)
      document.never(code::correlates_nothing, "it wants " + std::to_string(needed(draft)) +
                                                   " of its rules, and only " + std::to_string(alive) +
                                                   " can ever fire");
  }

  MaybeProblem check(Draft& draft) {
    const AstCorrelation& correlation = ast(draft);
    const auto limit = [&](const std::string& message) {
      return Problem{code::correlation_limit, correlation.line, correlation.column, message};
    };
    for (std::size_t i = 0; i < draft.targets.size(); ++i)
      for (const std::uint32_t at : draft.targets[i]) {
        if (documents_[at].rejected())
          return Problem{code::unknown_rule, draft.references[i].line, draft.references[i].column,
                         "the rule '" + draft.references[i].text + "' is rejected"};
        cover(draft, at);
        ++members_;
      }
    std::sort(draft.covered.begin(), draft.covered.end());
    draft.covered.erase(std::unique(draft.covered.begin(), draft.covered.end()), draft.covered.end());
    if (draft.covered.size() > kCorrelationLimits.rules_max) return too_many_rules(correlation);
    if (members_ > kCorrelationLimits.members_max) return limit("all correlations together name too many rules");
    if (draft.depth > kCorrelationLimits.chain_depth_max)
      return limit("correlations of correlations, more than " + std::to_string(kCorrelationLimits.chain_depth_max) +
                   " deep");
    if (correlation.type == CorrelationType::temporal_ordered &&
        draft.references.size() > kCorrelationLimits.ordered_rules_max)
      return limit("more than " + std::to_string(kCorrelationLimits.ordered_rules_max) + " rules in order");
    if (++accepted_ > kCorrelationLimits.correlations_max) return limit("there are too many correlations");
    if (auto problem = check_threshold(correlation)) return problem;
    if (auto problem = check_aliases(draft)) return problem;
    if (correlation.condition)
      if (auto problem = check_condition(draft)) return problem;
    return intern_fields(correlation);
  }

  void cover(Draft& draft, std::uint32_t document) {
    if (draft_of_[document] == kNone) return draft.covered.push_back(document);
    const std::vector<std::uint32_t>& inner = drafts_[draft_of_[document]].covered;
    draft.covered.insert(draft.covered.end(), inner.begin(), inner.end());
  }

  static MaybeProblem check_threshold(const AstCorrelation& correlation) {
    const std::int64_t highest = threshold_limit(correlation.type);
    for (const Bound& bound : correlation.bounds)
      if (bound.value.whole >= highest)
        return Problem{code::correlation_limit, correlation.line, correlation.column,
                       "the threshold is above the limit of " + std::to_string(highest)};
    return std::nullopt;
  }

  /// The stage a rule of the correlation is, by what it was called or by what is meant.
  std::uint32_t stage_of(const Draft& draft, const AstReference& reference) const {
    for (std::uint32_t i = 0; i < draft.references.size(); ++i)
      if (draft.references[i].text == reference.text) return i;
    std::vector<std::uint32_t> found;
    if (references_.resolve(reference, found)) return kNoStage;
    for (std::uint32_t i = 0; i < draft.targets.size(); ++i)
      if (std::find(draft.targets[i].begin(), draft.targets[i].end(), found.front()) != draft.targets[i].end())
        return i;
    return kNoStage;
  }

  MaybeProblem check_aliases(Draft& draft) const {
    for (const AstAlias& alias : ast(draft).aliases) {
      draft.alias_stages.push_back(stage_of(draft, alias.rule));
      if (draft.alias_stages.back() == kNoStage)
        return Problem{
            code::bad_alias, alias.rule.line, alias.rule.column,
            "the alias '" + alias.alias + "' names '" + alias.rule.text + "', which is no rule of the correlation"};
    }
    return std::nullopt;
  }

  MaybeProblem check_condition(const Draft& draft) const {
    std::vector<CorrelationNode> nodes;
    if (auto problem = lower(draft, ast(draft).condition->condition, nodes)) return problem;
    for (std::uint32_t stage = 0; stage < draft.references.size(); ++stage)
      if (std::none_of(nodes.begin(), nodes.end(), [stage](const CorrelationNode& n) {
            return n.kind == CorrelationNode::Kind::stage && n.stage == stage;
          }))
        return Problem{code::correlation_condition, draft.references[stage].line, draft.references[stage].column,
                       "the condition does not speak of '" + draft.references[stage].text + "'"};
    return std::nullopt;
  }

  MaybeProblem lower(const Draft& draft, const Condition& condition, std::vector<CorrelationNode>& out) const {
    const AstCondition& at = *ast(draft).condition;
    CorrelationNode node;
    switch (condition.kind) {
      case Kind::search:
        node.stage = stage_of(draft, {condition.name, 0, 0});
        if (node.stage == kNoStage)
          return Problem{code::correlation_condition, at.line, at.column,
                         "the condition names '" + condition.name + "', which is no rule of the correlation"};
        break;
      case Kind::any_of:
      case Kind::all_of:
        return Problem{code::correlation_condition, at.line, at.column,
                       "the condition of a correlation knows and, or, not and rule names; `of` is for searches"};
      case Kind::negation: node.kind = CorrelationNode::Kind::negation; break;
      case Kind::all: node.kind = CorrelationNode::Kind::all; break;
      case Kind::any: node.kind = CorrelationNode::Kind::any; break;
    }
    for (const Condition& part : condition.parts) {
      if (auto problem = lower(draft, part, out)) return problem;
      node.children.push_back(static_cast<std::uint32_t>(out.size() - 1));
    }
    out.push_back(std::move(node));
    return std::nullopt;
  }

  MaybeProblem intern_fields(const AstCorrelation& correlation) {
    const auto intern = [&](const std::string& name) -> MaybeProblem {
      if (table_.intern(name)) return std::nullopt;
      return Problem{code::too_many_fields, correlation.line, correlation.column,
                     "no room for the field '" + name + "'"};
    };
    for (const std::string& name : correlation.group_by)
      if (auto problem = intern(name)) return problem;
    for (const std::string& name : correlation.fields)
      if (auto problem = intern(name)) return problem;
    for (const AstAlias& alias : correlation.aliases)
      if (auto problem = intern(alias.field)) return problem;
    return std::nullopt;
  }

  /// How many distinct rules a temporal correlation wants at least.
  std::size_t needed(const Draft& draft) const {
    const AstCorrelation& correlation = ast(draft);
    if (correlation.bounds.empty()) return draft.references.size();
    std::size_t n = 0;
    const auto meets = [&correlation](std::size_t number) {
      return std::all_of(correlation.bounds.begin(), correlation.bounds.end(), [number](const Bound& bound) {
        const bool lower = bound.op == Bound::Op::gt || bound.op == Bound::Op::gte || bound.op == Bound::Op::eq;
        return !lower || satisfies(bound.op == Bound::Op::eq ? Bound::Op::gte : bound.op,
                                   Decimal{static_cast<std::int64_t>(number), 0} <=> bound.value);
      });
    };
    while (n <= draft.references.size() && !meets(n)) ++n;
    return n;
  }

  void place(Draft& draft) {
    Document& document = documents_[draft.document];
    if (document.report.state != RuleReport::State::loaded) return;
    document.number = static_cast<std::uint32_t>(ir_.correlations.size());
    ir_.correlations.emplace_back();
    placed_.push_back(draft_of_[draft.document]);
  }

  /// Writes the compiled form; inner correlations have theirs already.
  void fill(Draft& draft) {
    const Document& document = documents_[draft.document];
    if (document.number == Document::kNowhere) return;
    const AstCorrelation& correlation = ast(draft);
    CorrelationRule& out = ir_.correlations[document.number];
    out.info = correlation.info;
    out.type = correlation.type;
    out.group_by = correlation.group_by;
    out.fields = correlation.fields;
    out.timespan = correlation.timespan;
    out.bounds = correlation.bounds;
    out.percentile = correlation.percentile;
    for (const AstReference& reference : draft.references) out.stages.push_back(reference.text);
    if (correlation.condition)
      (void)lower(draft, correlation.condition->condition, out.condition);  // check_condition() saw that it works
    else if (out.bounds.empty())
      out.bounds.push_back({Bound::Op::gte, {static_cast<std::int64_t>(out.stages.size()), 0}});
    out.decision = decision_of(out);
    for (std::uint32_t stage = 0; stage < draft.targets.size(); ++stage)
      for (const std::uint32_t target : draft.targets[stage]) add_member(draft, stage, target, out);
    std::sort(out.covers.begin(), out.covers.end());
    out.covers.erase(std::unique(out.covers.begin(), out.covers.end()), out.covers.end());
  }

  void add_member(const Draft& draft, std::uint32_t stage, std::uint32_t target, CorrelationRule& out) {
    const Document& document = documents_[target];
    if (document.number == Document::kNowhere) return;  // it never fires
    CorrelationMember member;
    member.stage = stage;
    member.chained = draft_of_[target] != kNone;
    member.number = document.number;
    for (const std::string& name : out.group_by) member.group.push_back(ask(draft, member, name));
    for (const std::string& name : out.fields) member.fields.push_back(ask(draft, member, name));
    if (member.chained) {
      const auto& inner = ir_.correlations[member.number].covers;
      out.covers.insert(out.covers.end(), inner.begin(), inner.end());
    } else {
      out.covers.push_back(member.number);
      ir_.rules[member.number].correlated = true;
    }
    out.members.push_back(std::move(member));
  }

  /// The place of a field among what is taken from a member; the correlation's word for it may be an alias.
  std::uint16_t ask(const Draft& draft, const CorrelationMember& member, const std::string& word) {
    const std::string* name = &word;
    const std::vector<AstAlias>& aliases = ast(draft).aliases;
    for (std::size_t i = 0; i < aliases.size(); ++i)
      if (aliases[i].alias == word && draft.alias_stages[i] == member.stage) name = &aliases[i].field;
    return member.chained ? ask_correlation(member.number, *name) : ask_rule(member.number, *name);
  }

  std::uint16_t ask_rule(std::uint32_t number, const std::string& name) {
    std::vector<FieldId>& fields = ir_.rules[number].correlation_fields;
    const FieldId id = table_.intern(name).value_or(kUnnamedField);  // there is room: see intern_fields()
    const auto known = std::find(fields.begin(), fields.end(), id);
    if (known == fields.end()) fields.push_back(id);
    return static_cast<std::uint16_t>(std::find(fields.begin(), fields.end(), id) - fields.begin());
  }

  std::uint16_t ask_correlation(std::uint32_t number, const std::string& name) {
    CorrelationRule& inner = ir_.correlations[number];
    for (std::size_t i = 0; i < inner.passed.size(); ++i)
      if (inner.passed[i].name == name) return static_cast<std::uint16_t>(i);
    const auto group = std::find(inner.group_by.begin(), inner.group_by.end(), name);
    const auto place = inner.passed.size();
    inner.passed.push_back(
        {name, group == inner.group_by.end() ? -1 : static_cast<std::int32_t>(group - inner.group_by.begin())});
    for (CorrelationMember& member : inner.members)
      member.passed.push_back(inner.passed[place].group >= 0 ? std::uint16_t{0}
                                                             : ask(drafts_[placed_[number]], member, name));
    return static_cast<std::uint16_t>(place);
  }

  /// Rules a correlation refers to are silent, unless somebody asked for them: the rule itself, or a correlation.
  void hush() {
    std::vector<bool> rule_heard(ir_.rules.size(), false), correlation_heard(ir_.correlations.size(), false);
    for (const Document& document : documents_)
      if (const auto* rule = std::get_if<RuleDocument>(&document.content);
          rule != nullptr && rule->generate && document.number != Document::kNowhere)
        rule_heard[document.number] = true;
    const auto each = [this](const auto& act) {
      for (const Draft& draft : drafts_)
        if (documents_[draft.document].number != Document::kNowhere)
          for (const CorrelationMember& m : ir_.correlations[documents_[draft.document].number].members)
            act(m, ast(draft).generate);
    };
    each([&](const CorrelationMember& m, bool generate) {
      if (generate) (m.chained ? correlation_heard : rule_heard)[m.number] = true;
    });
    each([&](const CorrelationMember& m, bool) {
      if (m.chained)
        ir_.correlations[m.number].silent = !correlation_heard[m.number];
      else
        ir_.rules[m.number].silent = !rule_heard[m.number];
    });
  }

  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  static constexpr std::uint32_t kNoStage = 0xFFFFFFFF;

  std::vector<Document>& documents_;
  const References& references_;
  FieldTable& table_;
  Ir& ir_;
  std::vector<Draft> drafts_;          // in the order of the documents
  std::vector<std::size_t> draft_of_;  // by document; kNone: not a correlation
  std::vector<std::size_t> order_;     // of drafts, inner ones first
  std::vector<std::size_t> placed_;    // drafts by their number in Ir::correlations
  std::vector<std::size_t> named_by_;  // by document: the draft that named it last
  std::size_t accepted_ = 0, members_ = 0;
};

}  // namespace

void link_correlations(std::vector<Document>& documents, const References& references, FieldTable& table, Ir& ir) {
  CorrelationLinker(documents, references, table, ir).run();
}

}  // namespace stopwarden::sigma
