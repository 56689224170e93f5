// SPDX-License-Identifier: Apache-2.0
// Which events a rule's `logsource` means. Data, not code: data/logsources/*.yml, extended by --logsources FILE.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/diagnostic.h"
#include "event/event.h"
#include "event/field.h"
#include "yaml/yaml.h"

namespace stopwarden::sigma {

/// A rule's logsource, lowercase; empty where the rule has none.
struct Logsource {
  std::string category, product, service;
};

/// How a value of the event becomes the value a rule of this category expects. To add one: a row in the table of
/// logsource.cpp, a line in docs/logsources.md, a test.
enum class Transform : std::uint8_t {
  copy,             ///< NewProcessName -> Image
  hex_to_decimal,   ///< "0x1a4" -> "420"
  domain_user,      ///< two fields -> "DOMAIN\user"; of several pairs, the first that has a name
  registry_path,    ///< "\REGISTRY\MACHINE\..." -> "HKLM\...", "\REGISTRY\USER\..." -> "HKU\..."
  integrity_label,  ///< "S-1-16-12288" -> "High"
  registry_value,   ///< 4657's NewValue as Sysmon's Details: "DWORD (0x00000004)"
  join_registry,    ///< ObjectName + "\" + ObjectValueName, then registry_path
  hash_of,          ///< one algorithm out of Sysmon's "MD5=..,SHA256=..,IMPHASH=.."; the argument names it
  map,              ///< one text for another; the argument lists them: "%%1904=SetValue,%%1906=DeleteValue"
};

/// A rule of this source that says `to` means the value made from `from`.
struct FieldAlias {
  FieldId to;       ///< what rules write
  FieldId derived;  ///< the id the made value is found under; unlike `to`, never a field of the log itself
  std::vector<FieldId> from;
  Transform transform = Transform::copy;
  std::string argument;
};

/// One place where the events of a logsource are found. All conditions that are set must hold.
struct SourceSelector {
  std::string channel;                   ///< folded; empty: any; "*": any channel of Windows
  std::string provider;                  ///< folded; empty: any. An event that names no provider passes
  std::vector<std::uint32_t> event_ids;  ///< sorted; empty: any
  std::vector<std::pair<FieldId, std::string>>
      fields;  ///< further conditions, values folded (for JSON of other products)
  std::vector<FieldAlias> aliases;

  bool accepts(const Event& event) const;  ///< plain and slow: the reference
};

/// What a logsource comes to.
struct Resolution {
  std::vector<const SourceSelector*> selectors;  ///< any of them; empty: no known source
  std::string why_never;                         ///< for people, when there are none
};

class Logsources {
 public:
  /// Reads mapping files in order; a later file adds sources to what earlier ones said, or replaces them where it says
  /// `replace: true`. Mistakes are diagnostics LOG001.. and leave out the entry only.
  static Logsources parse(std::span<const TextFile> files, FieldTable& table, std::vector<Diagnostic>& diagnostics);
  /// The sources of a rule. `category` narrows `product` and `service`; a logsource that names only a product means
  /// every source of that product.
  Resolution resolve(const Logsource& logsource) const;
  /// Every field an alias is made from, for the wanted set.
  void add_wanted(WantedFields& wanted) const;

 private:
  friend struct CacheAccess;  // cache.cpp
  struct Entry {
    Logsource name;
    std::vector<SourceSelector> selectors;
    std::string why_never;  // the file says that there is no such source, and why
  };
  std::vector<const SourceSelector*> matching(const Logsource& logsource, std::string& why_never) const;
  std::string explain(const Logsource& logsource) const;
  std::vector<Entry> entries_;
};

/// Applies one alias to an event: the made values, appended to `out` (text lives in `arena`). Nothing when a needed
/// field is absent or not of the expected form.
void derive(const FieldAlias& alias, const Event& event, Arena& arena, std::vector<FieldValue>& out);

}  // namespace stopwarden::sigma
