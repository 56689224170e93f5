// SPDX-License-Identifier: Apache-2.0
// Names of members, each known by a number from the second time on.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/hash.h"

namespace stopwarden::json {

/// What a name at the top of an object says about the shape of the event. shapes.cpp reads them.
enum class Mark : std::uint8_t {
  none,
  event,  ///< these five count when the value is an object
  system,
  source,  ///< _source
  result,
  winlog_object,
  winlog,           ///< winlog.anything
  event_id_number,  ///< EventID or EventCode
  event_id_low,     ///< event_id
  log_name,
  provider_low,
  channel_low,
  channel,   ///< Channel or LogName
  provider,  ///< SourceName, ProviderName, Provider_Name or ProviderGuid
  computer,  ///< Computer, ComputerName, Hostname or MachineName
  event_time,
  received_time,
  id,
  journal,       ///< fields that journald gives every entry
  envelope,      ///< detail, message, CloudTrailEvent, ...: may hold the event (embedded.h)
  beats_object,  ///< aws, gcp or azure: an object of the Elastic Common Schema, perhaps
  beats_cloud,   ///< it is, and has a log's object in it; or aws.cloudtrail.*
  aws_call,      ///< eventName
  aws_source,    ///< eventSource
  aws_part,      ///< userIdentity and the like; for all marks in -part one of several names
  azure_operation,
  azure_part,
  entra_part,
  gcp_payload,  ///< protoPayload
  k8s_verb,
  k8s_part,
  ocsf_class,  ///< class_uid
  m365_operation,
  m365_part,
  okta_type,
  okta_part,
  github_action,
  github_part,
  bitbucket_type,
  onelogin_type,
  duo_part,
  event_type_low,
  global_seq_num,
  mach_time,
  event_message,
  mach_timestamp,
  process_image_path,
  raw_message,
  process_uuid,
  event_low,    ///< event: an envelope, or Endpoint Security's
  zeek_path,    ///< _path
  zeek_time,    ///< ts
  zeek_member,  ///< id.orig_h, fuid, certificate.serial
  vcenter_message,
  vcenter_event,  ///< chainId, createdTime,
  kCount
};

struct KeyTraits {
  Mark mark = Mark::none;
  bool is_wrapper_name = false;  ///< scanner.h
  bool is_wrapper_companion = false;
  bool is_event_key = false;
};

struct Key {
  std::string_view raw;   ///< as written, between the quotes
  std::string_view text;  ///< escapes resolved
  KeyTraits traits;
};

/// Keys by what stands between their quotes. Not for sharing between threads.
/// Cost: one hash and one comparison for a key that was seen before; no allocation then.
class Keys {
 public:
  Keys();
  /// The number of a key; new if need be. 0 is the empty name of what has none, like the elements of an array.
  std::uint32_t find(std::string_view raw);
  const Key& key(std::uint32_t number) const { return keys_[number]; }
  std::size_t size() const noexcept { return keys_.size(); }

  /// Called between objects. Forgets all when hostile keys made the table grow too large: every number is void then,
  /// and `generation` another one.
  void limit();
  std::uint64_t generation() const noexcept { return generation_; }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t number = 0;  ///< 0 is free
  };
  std::uint32_t add(std::string_view raw, std::uint32_t hash);
  void clear();

  std::vector<Slot> slots_;
  std::vector<Key> keys_;
  Arena names_;
  std::size_t name_bytes_ = 0;
  std::uint64_t generation_ = 0;
};

/// OPTIMIZATION: `a == b` for short texts without a call of memcmp. Guarded by JsonKeys.SameKeyMeansSameBytes.
inline bool same_key(std::string_view a, std::string_view b) noexcept {
  const std::size_t n = a.size();
  if (n != b.size()) return false;
  const char *p = a.data(), *q = b.data();
  if (n >= 8 && n <= 16) {
    const std::uint64_t first = load_word<std::uint64_t>(p) ^ load_word<std::uint64_t>(q);
    const std::uint64_t last = load_word<std::uint64_t>(p + n - 8) ^ load_word<std::uint64_t>(q + n - 8);
    return (first | last) == 0;
  }
  if (n >= 4 && n < 8) {
    const std::uint32_t first = load_word<std::uint32_t>(p) ^ load_word<std::uint32_t>(q);
    const std::uint32_t last = load_word<std::uint32_t>(p + n - 4) ^ load_word<std::uint32_t>(q + n - 4);
    return (first | last) == 0;
  }
  if (n > 16 && n <= 32) {  // recipientAccountId, requestParameters
    const std::uint64_t first = (load_word<std::uint64_t>(p) ^ load_word<std::uint64_t>(q)) |
                                (load_word<std::uint64_t>(p + 8) ^ load_word<std::uint64_t>(q + 8));
    const std::uint64_t last = (load_word<std::uint64_t>(p + n - 16) ^ load_word<std::uint64_t>(q + n - 16)) |
                               (load_word<std::uint64_t>(p + n - 8) ^ load_word<std::uint64_t>(q + n - 8));
    return (first | last) == 0;
  }
  return n == 0 || std::memcmp(p, q, n) == 0;
}

inline std::uint32_t Keys::find(std::string_view raw) {
  const auto hash = static_cast<std::uint32_t>(hash_text(raw));
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask; slots_[at].number != 0; at = (at + 1) & mask)
    if (slots_[at].hash == hash && same_key(keys_[slots_[at].number].raw, raw)) return slots_[at].number;
  return add(raw, hash);
}

}  // namespace stopwarden::json
