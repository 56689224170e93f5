// SPDX-License-Identifier: Apache-2.0
// What all kinds of documents have in common: title, id, level and the other words about a rule. Used by parse*.cpp.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "detect/hit.h"
#include "detect/sigma/codes.h"
#include "yaml/yaml.h"

namespace stopwarden::sigma {

using MaybeYaml = const YamlNode*;

Problem problem(std::string_view code, const YamlNode& at, std::string message);

/// A scalar, or the scalars of a list joined by ", ".
std::string text_of(MaybeYaml node);
std::vector<std::string> texts_of(MaybeYaml node);

/// A field name as in the taxonomy: blanks do not count.
std::string without_blanks(std::string_view s);

/// Fills what is said about the rule, whatever state it is in.
void read_info(const YamlNode& root, const std::string& file, RuleInfo& info);

/// What becomes of a document in another taxonomy than `sigma`.
enum class ForeignTaxonomy : std::uint8_t { reject, warn };

/// Title, level, id, status and taxonomy in order? Sets info.level.
MaybeProblem check_info(const YamlNode& root, ForeignTaxonomy taxonomy, RuleInfo& info,
                        std::vector<Diagnostic>& warnings);

/// `generate: true`, wherever a document has it.
MaybeProblem read_generate(const YamlNode& map, bool& generate);

}  // namespace stopwarden::sigma
