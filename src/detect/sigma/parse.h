// SPDX-License-Identifier: Apache-2.0
// yaml -> ast.
#pragma once
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "detect/sigma/ast.h"
#include "detect/sigma/codes.h"
#include "yaml/yaml.h"

namespace stopwarden::sigma {

enum class DocumentKind : std::uint8_t {
  rule,  ///< also whatever is none of the others
  correlation,
  filter,
  several,  ///< a correlation that has a detection or a filter, too
};
DocumentKind kind_of(const YamlNode& document) noexcept;

/// Reads one document. Fills `out.info` as far as it gets, so that a rejected rule can be named. Warnings are appended
/// with the file's name.
MaybeProblem parse_rule(const YamlNode& document, const std::string& file, AstRule& out,
                        std::vector<Diagnostic>& warnings);

/// The same for a filter (global filters specification v2.1.0) and a correlation (correlation rules specification
/// v2.1.0), of documents of that kind.
MaybeProblem parse_filter(const YamlNode& document, const std::string& file, AstFilter& out,
                          std::vector<Diagnostic>& warnings);
MaybeProblem parse_correlation(const YamlNode& document, const std::string& file, AstCorrelation& out,
                               std::vector<Diagnostic>& warnings);

/// Ids or names of rules: one, or a list.
MaybeProblem read_references(const YamlNode& node, std::vector<AstReference>& out);

/// Legacy collections: `action: global` is merged into every later document of the file until `action: reset`;
/// `action: repeat` goes on from the document before it.
class ActionMerger {
 public:
  /// What to do with a document: it is ready to be parsed (perhaps merged), or it only changed what follows.
  enum class Next : std::uint8_t { parse, skip, bad };
  Next take(YamlNode& document);
  /// The id came from a global document: the rules of one collection share it.
  bool shares_id() const noexcept { return shares_id_; }

 private:
  YamlNode global_, last_;
  bool shares_id_ = false;
};

}  // namespace stopwarden::sigma
