// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/logsource.h"

#include <algorithm>

#include "base/text.h"
#include "detect/sigma/logsource_load.h"
#include "event/log_name.h"

namespace stopwarden::sigma {
namespace {

bool equal_folded(std::string_view text, std::string_view folded) {
  if (equal_ignore_ascii_case(text, folded)) return true;
  return !is_ascii(text) && fold(text) == folded;
}

bool holds(const Event& event, FieldId id, std::string_view folded) {
  return std::any_of(event.fields.begin(), event.fields.end(), [&](const FieldValue& v) {
    return v.field == id && v.kind != ValueKind::null && equal_folded(v.text, folded);
  });
}

bool part_matches(const std::string& asked, const std::string& has) { return asked.empty() || asked == has; }

/// Whether the events of `narrow` may be events of `wide`, judged by channel and provider.
bool lies_in(const SourceSelector& narrow, const SourceSelector& wide) {
  const bool channel = wide.channel.empty() || wide.channel == narrow.channel ||
                       (wide.channel == "*" && is_windows_channel(narrow.channel));
  const bool provider = wide.provider.empty() || narrow.provider.empty() || wide.provider == narrow.provider;
  return channel && provider;
}

}  // namespace

bool SourceSelector::accepts(const Event& event) const {
  if (!event_ids.empty() &&
      (!event.event_id || !std::binary_search(event_ids.begin(), event_ids.end(), *event.event_id)))
    return false;
  if (channel == "*") {
    if (!is_windows_channel(event.channel)) return false;
  } else if (!channel.empty() && !equal_folded(event.channel, channel)) {
    return false;
  }
  // Some exporters leave the provider out: then channel and id must do. A provider that is there must be the right one.
  if (!provider.empty() && !event.provider.empty() && !equal_folded(event.provider, provider)) return false;
  return std::all_of(fields.begin(), fields.end(),
                     [&](const auto& condition) { return holds(event, condition.first, condition.second); });
}

Logsources Logsources::parse(std::span<const TextFile> files, FieldTable& table, std::vector<Diagnostic>& diagnostics) {
  Logsources out;
  for (LoadedEntry& loaded : load_entries(files, table, diagnostics)) {
    const Logsource& name = loaded.name;
    auto known = std::find_if(out.entries_.begin(), out.entries_.end(), [&](const Entry& e) {
      return e.name.category == name.category && e.name.product == name.product && e.name.service == name.service;
    });
    if (known == out.entries_.end()) {
      out.entries_.push_back({loaded.name, std::move(loaded.selectors), std::move(loaded.why_never)});
      continue;
    }
    if (loaded.replace) known->selectors.clear();
    for (SourceSelector& selector : loaded.selectors) known->selectors.push_back(std::move(selector));
    known->why_never = std::move(loaded.why_never);
  }
  return out;
}

std::vector<const SourceSelector*> Logsources::matching(const Logsource& asked, std::string& why_never) const {
  std::vector<const SourceSelector*> out;
  const auto add = [&](const Entry& entry) {
    for (const SourceSelector& selector : entry.selectors) out.push_back(&selector);
    if (why_never.empty()) why_never = entry.why_never;
  };
  for (const Entry& entry : entries_) {
    if (entry.name.category == asked.category && entry.name.product == asked.product &&
        entry.name.service == asked.service) {
      add(entry);
      return out;
    }
  }
  for (const Entry& entry : entries_) {
    // A source that names no product serves every product.
    const bool product = part_matches(asked.product, entry.name.product) ||
                         (entry.name.product.empty() && !(asked.category.empty() && asked.service.empty()));
    if (product && part_matches(asked.category, entry.name.category) && part_matches(asked.service, entry.name.service))
      add(entry);
  }
  return out;
}

Resolution Logsources::resolve(const Logsource& logsource) const {
  Resolution out;
  if (logsource.category.empty() && logsource.product.empty() && logsource.service.empty()) {
    out.why_never = "the rule names no logsource";
    return out;
  }
  std::string why;
  out.selectors = matching(logsource, why);
  if (out.selectors.empty() && why.empty() && !logsource.category.empty() && !logsource.service.empty()) {
    std::string ignored;
    const auto category = matching({logsource.category, logsource.product, ""}, ignored);
    const auto service = matching({"", logsource.product, logsource.service}, ignored);
    for (const SourceSelector* one : category)
      if (std::any_of(service.begin(), service.end(), [&](const SourceSelector* s) { return lies_in(*one, *s); }))
        out.selectors.push_back(one);
    if (!category.empty() && !service.empty() && out.selectors.empty())
      why = "category '" + logsource.category + "' and service '" + logsource.service + "' have no source in common";
  }
  if (out.selectors.empty()) out.why_never = why.empty() ? explain(logsource) : why;
  return out;
}

std::string Logsources::explain(const Logsource& asked) const {
  const auto any = [&](std::string Logsource::*part, const std::string& value) {
    return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.name.*part == value; });
  };
  if (!asked.product.empty() && !any(&Logsource::product, asked.product))
    return "no source of product '" + asked.product + "' in this version";
  const std::string of = asked.product.empty() ? "" : " of product '" + asked.product + "'";
  std::string ignored;
  if (!asked.category.empty() && matching({asked.category, asked.product, ""}, ignored).empty())
    return "no source of category '" + asked.category + "'" + of + " in this version";
  return "no source of service '" + asked.service + "'" + of + " in this version";
}

void Logsources::add_wanted(WantedFields& wanted) const {
  for (const Entry& entry : entries_) {
    for (const SourceSelector& selector : entry.selectors) {
      for (const auto& condition : selector.fields) wanted.add(condition.first);
      for (const FieldAlias& alias : selector.aliases)
        for (const FieldId from : alias.from) wanted.add(from);
    }
  }
}

}  // namespace stopwarden::sigma
