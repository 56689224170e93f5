// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/link.h"

#include "base/text.h"

namespace stopwarden::sigma {

void Document::reject(Problem problem) {
  report.state = RuleReport::State::rejected;
  report.code = problem.code;
  report.line = problem.line;
  report.reason = std::move(problem.message);
  content = {};
}

void Document::never(std::string_view code, std::string reason) {
  report.state = RuleReport::State::never;
  report.code = code;
  report.reason = std::move(reason);
}

References::References(const std::vector<Document>& documents) : documents_(documents) {
  for (std::uint32_t at = 0; at < documents.size(); ++at) {
    const Document& document = documents[at];
    if (document.report.kind == RuleReport::Kind::filter) continue;
    if (!document.report.id.empty()) ids_[fold_ascii(document.report.id)].push_back(at);
    if (!document.name.empty()) names_[document.name].push_back(at);
  }
}

MaybeProblem References::resolve(const AstReference& reference, std::vector<std::uint32_t>& out) const {
  const auto fail = [&reference](std::string_view code, const std::string& message) {
    return Problem{code, reference.line, reference.column, message};
  };
  const auto loaded = [this](const Index& index, const std::string& key, bool& seen) {
    std::vector<std::uint32_t> found;
    const auto known = index.find(key);
    if (known == index.end()) return found;
    seen = true;
    for (const std::uint32_t at : known->second)
      if (!documents_[at].rejected()) found.push_back(at);
    return found;
  };
  bool seen = false;
  std::vector<std::uint32_t> found = loaded(ids_, fold_ascii(reference.text), seen);
  if (found.empty()) {
    found = loaded(names_, reference.text, seen);
    if (found.size() > 1)
      return fail(code::ambiguous_rule, std::to_string(found.size()) + " rules have the name '" + reference.text + "'");
  }
  if (found.empty())
    return fail(code::unknown_rule, seen ? "the rule '" + reference.text + "' is rejected"
                                         : "no rule has the id or name '" + reference.text + "'");
  out.insert(out.end(), found.begin(), found.end());
  return std::nullopt;
}

}  // namespace stopwarden::sigma
