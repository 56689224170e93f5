// SPDX-License-Identifier: Apache-2.0
#include "sources/auditd/record_type.h"

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "base/text.h"

namespace stopwarden::auditd {
namespace {

// Numbers and names: linux/audit.h for what the kernel writes, audit-userspace's audit-records.h for the rest.
// Sorted by number.
constexpr RecordType kTypes[] = {
    {1005, "USER", Part::alone},
    {1006, "LOGIN", Part::subject},
    {1010, "SIGNAL_INFO", Part::subject},
    {1100, "USER_AUTH", Part::alone},
    {1101, "USER_ACCT", Part::alone},
    {1102, "USER_MGMT", Part::alone},
    {1103, "CRED_ACQ", Part::alone},
    {1104, "CRED_DISP", Part::alone},
    {1105, "USER_START", Part::alone},
    {1106, "USER_END", Part::alone},
    {1107, "USER_AVC", Part::alone},
    {1108, "USER_CHAUTHTOK", Part::alone},
    {1109, "USER_ERR", Part::alone},
    {1110, "CRED_REFR", Part::alone},
    {1111, "USYS_CONFIG", Part::alone},
    {1112, "USER_LOGIN", Part::alone},
    {1113, "USER_LOGOUT", Part::alone},
    {1114, "ADD_USER", Part::alone},
    {1115, "DEL_USER", Part::alone},
    {1116, "ADD_GROUP", Part::alone},
    {1117, "DEL_GROUP", Part::alone},
    {1118, "DAC_CHECK", Part::alone},
    {1119, "CHGRP_ID", Part::alone},
    {1120, "TEST", Part::alone},
    {1121, "TRUSTED_APP", Part::alone},
    {1122, "USER_SELINUX_ERR", Part::alone},
    {1123, "USER_CMD", Part::alone},
    {1124, "USER_TTY", Part::alone},
    {1125, "CHUSER_ID", Part::alone},
    {1126, "GRP_AUTH", Part::alone},
    {1127, "SYSTEM_BOOT", Part::alone},
    {1128, "SYSTEM_SHUTDOWN", Part::alone},
    {1129, "SYSTEM_RUNLEVEL", Part::alone},
    {1130, "SERVICE_START", Part::alone},
    {1131, "SERVICE_STOP", Part::alone},
    {1132, "GRP_MGMT", Part::alone},
    {1133, "GRP_CHAUTHTOK", Part::alone},
    {1134, "MAC_CHECK", Part::alone},
    {1135, "ACCT_LOCK", Part::alone},
    {1136, "ACCT_UNLOCK", Part::alone},
    {1137, "USER_DEVICE", Part::alone},
    {1138, "SOFTWARE_UPDATE", Part::alone},
    {1200, "DAEMON_START", Part::alone},
    {1201, "DAEMON_END", Part::alone},
    {1202, "DAEMON_ABORT", Part::alone},
    {1203, "DAEMON_CONFIG", Part::alone},
    {1204, "DAEMON_RECONFIG", Part::alone},
    {1205, "DAEMON_ROTATE", Part::alone},
    {1206, "DAEMON_RESUME", Part::alone},
    {1207, "DAEMON_ACCEPT", Part::alone},
    {1208, "DAEMON_CLOSE", Part::alone},
    {1209, "DAEMON_ERR", Part::alone},
    {1300, "SYSCALL", Part::call},
    {1301, "FS_WATCH", Part::detail},
    {1302, "PATH", Part::detail},
    {1303, "IPC", Part::detail},
    {1304, "SOCKETCALL", Part::detail},
    {1305, "CONFIG_CHANGE", Part::subject},
    {1306, "SOCKADDR", Part::detail},
    {1307, "CWD", Part::detail},
    {1309, "EXECVE", Part::exec},
    {1311, "IPC_SET_PERM", Part::detail},
    {1312, "MQ_OPEN", Part::detail},
    {1313, "MQ_SENDRECV", Part::detail},
    {1314, "MQ_NOTIFY", Part::detail},
    {1315, "MQ_GETSETATTR", Part::detail},
    {1316, "KERNEL_OTHER", Part::subject},
    {1317, "FD_PAIR", Part::detail},
    {1318, "OBJ_PID", Part::detail},
    {1319, "TTY", Part::subject},
    {1320, "EOE", Part::end},
    {1321, "BPRM_FCAPS", Part::detail},
    {1322, "CAPSET", Part::detail},
    {1323, "MMAP", Part::detail},
    {1324, "NETFILTER_PKT", Part::subject},
    {1325, "NETFILTER_CFG", Part::subject},
    {1326, "SECCOMP", Part::subject},
    {1327, "PROCTITLE", Part::title},
    {1328, "FEATURE_CHANGE", Part::subject},
    {1329, "REPLACE", Part::subject},
    {1330, "KERN_MODULE", Part::subject},
    {1331, "FANOTIFY", Part::subject},
    {1332, "TIME_INJOFFSET", Part::subject},
    {1333, "TIME_ADJNTPVAL", Part::subject},
    {1334, "BPF", Part::subject},
    {1335, "EVENT_LISTENER", Part::subject},
    {1336, "URINGOP", Part::call},
    {1337, "OPENAT2", Part::detail},
    {1338, "DM_CTRL", Part::subject},
    {1339, "DM_EVENT", Part::subject},
    {1400, "AVC", Part::subject},
    {1401, "SELINUX_ERR", Part::subject},
    {1402, "AVC_PATH", Part::detail},
    {1403, "MAC_POLICY_LOAD", Part::subject},
    {1404, "MAC_STATUS", Part::subject},
    {1405, "MAC_CONFIG_CHANGE", Part::subject},
    {1406, "MAC_UNLBL_ALLOW", Part::subject},
    {1407, "MAC_CIPSOV4_ADD", Part::subject},
    {1408, "MAC_CIPSOV4_DEL", Part::subject},
    {1409, "MAC_MAP_ADD", Part::subject},
    {1410, "MAC_MAP_DEL", Part::subject},
    {1411, "MAC_IPSEC_ADDSA", Part::subject},
    {1412, "MAC_IPSEC_DELSA", Part::subject},
    {1413, "MAC_IPSEC_ADDSPD", Part::subject},
    {1414, "MAC_IPSEC_DELSPD", Part::subject},
    {1415, "MAC_IPSEC_EVENT", Part::subject},
    {1416, "MAC_UNLBL_STCADD", Part::subject},
    {1417, "MAC_UNLBL_STCDEL", Part::subject},
    {1418, "MAC_CALIPSO_ADD", Part::subject},
    {1419, "MAC_CALIPSO_DEL", Part::subject},
    {1700, "ANOM_PROMISCUOUS", Part::subject},
    {1701, "ANOM_ABEND", Part::subject},
    {1702, "ANOM_LINK", Part::subject},
    {1703, "ANOM_CREAT", Part::subject},
    {1800, "INTEGRITY_DATA", Part::subject},
    {1801, "INTEGRITY_METADATA", Part::subject},
    {1802, "INTEGRITY_STATUS", Part::subject},
    {1803, "INTEGRITY_HASH", Part::subject},
    {1804, "INTEGRITY_PCR", Part::subject},
    {1805, "INTEGRITY_RULE", Part::subject},
    {1806, "INTEGRITY_EVM_XATTR", Part::subject},
    {1807, "INTEGRITY_POLICY_RULE", Part::subject},
    {2000, "KERNEL", Part::subject},
    {2100, "ANOM_LOGIN_FAILURES", Part::alone},
    {2101, "ANOM_LOGIN_TIME", Part::alone},
    {2102, "ANOM_LOGIN_SESSIONS", Part::alone},
    {2103, "ANOM_LOGIN_ACCT", Part::alone},
    {2104, "ANOM_LOGIN_LOCATION", Part::alone},
    {2105, "ANOM_MAX_DAC", Part::alone},
    {2106, "ANOM_MAX_MAC", Part::alone},
    {2107, "ANOM_AMTU_FAIL", Part::alone},
    {2108, "ANOM_RBAC_FAIL", Part::alone},
    {2109, "ANOM_RBAC_INTEGRITY_FAIL", Part::alone},
    {2110, "ANOM_CRYPTO_FAIL", Part::alone},
    {2111, "ANOM_ACCESS_FS", Part::alone},
    {2112, "ANOM_EXEC", Part::alone},
    {2113, "ANOM_MK_EXEC", Part::alone},
    {2114, "ANOM_ADD_ACCT", Part::alone},
    {2115, "ANOM_DEL_ACCT", Part::alone},
    {2116, "ANOM_MOD_ACCT", Part::alone},
    {2117, "ANOM_ROOT_TRANS", Part::alone},
    {2118, "ANOM_LOGIN_SERVICE", Part::alone},
    {2119, "ANOM_LOGIN_ROOT", Part::alone},
    {2120, "ANOM_ORIGIN_FAILURES", Part::alone},
    {2121, "ANOM_SESSION", Part::alone},
    {2200, "RESP_ANOMALY", Part::alone},
    {2201, "RESP_ALERT", Part::alone},
    {2202, "RESP_KILL_PROC", Part::alone},
    {2203, "RESP_TERM_ACCESS", Part::alone},
    {2204, "RESP_ACCT_REMOTE", Part::alone},
    {2205, "RESP_ACCT_LOCK_TIMED", Part::alone},
    {2206, "RESP_ACCT_UNLOCK_TIMED", Part::alone},
    {2207, "RESP_ACCT_LOCK", Part::alone},
    {2208, "RESP_TERM_LOCK", Part::alone},
    {2209, "RESP_SEBOOL", Part::alone},
    {2210, "RESP_EXEC", Part::alone},
    {2211, "RESP_SINGLE", Part::alone},
    {2212, "RESP_HALT", Part::alone},
    {2213, "RESP_ORIGIN_BLOCK", Part::alone},
    {2214, "RESP_ORIGIN_BLOCK_TIMED", Part::alone},
    {2215, "RESP_ORIGIN_UNBLOCK_TIMED", Part::alone},
    {2300, "USER_ROLE_CHANGE", Part::alone},
    {2301, "ROLE_ASSIGN", Part::alone},
    {2302, "ROLE_REMOVE", Part::alone},
    {2303, "LABEL_OVERRIDE", Part::alone},
    {2304, "LABEL_LEVEL_CHANGE", Part::alone},
    {2305, "USER_LABELED_EXPORT", Part::alone},
    {2306, "USER_UNLABELED_EXPORT", Part::alone},
    {2307, "DEV_ALLOC", Part::alone},
    {2308, "DEV_DEALLOC", Part::alone},
    {2309, "FS_RELABEL", Part::alone},
    {2310, "USER_MAC_POLICY_LOAD", Part::alone},
    {2311, "ROLE_MODIFY", Part::alone},
    {2312, "USER_MAC_CONFIG_CHANGE", Part::alone},
    {2313, "USER_MAC_STATUS", Part::alone},
    {2400, "CRYPTO_TEST_USER", Part::alone},
    {2401, "CRYPTO_PARAM_CHANGE_USER", Part::alone},
    {2402, "CRYPTO_LOGIN", Part::alone},
    {2403, "CRYPTO_LOGOUT", Part::alone},
    {2404, "CRYPTO_KEY_USER", Part::alone},
    {2405, "CRYPTO_FAILURE_USER", Part::alone},
    {2406, "CRYPTO_REPLAY_USER", Part::alone},
    {2407, "CRYPTO_SESSION", Part::alone},
    {2408, "CRYPTO_IKE_SA", Part::alone},
    {2409, "CRYPTO_IPSEC_SA", Part::alone},
    {2500, "VIRT_CONTROL", Part::alone},
    {2501, "VIRT_RESOURCE", Part::alone},
    {2502, "VIRT_MACHINE_ID", Part::alone},
    {2503, "VIRT_INTEGRITY_CHECK", Part::alone},
    {2504, "VIRT_CREATE", Part::alone},
    {2505, "VIRT_DESTROY", Part::alone},
    {2506, "VIRT_MIGRATE_IN", Part::alone},
    {2507, "VIRT_MIGRATE_OUT", Part::alone},
};
constexpr std::size_t kCount = std::size(kTypes);
static_assert(std::is_sorted(std::begin(kTypes), std::end(kTypes),
                             [](const RecordType& a, const RecordType& b) { return a.number < b.number; }));

/// Names by their hash, open addressing; built once.
class NameIndex {
 public:
  NameIndex() noexcept {
    for (std::size_t i = 0; i < kCount; ++i) {
      std::size_t at = slot_of(kTypes[i].name);
      while (slots_[at] != 0) at = (at + 1) % kSlots;
      slots_[at] = static_cast<std::uint8_t>(i + 1);
    }
  }
  const RecordType* find(std::string_view name) const noexcept {
    for (std::size_t at = slot_of(name); slots_[at] != 0; at = (at + 1) % kSlots)
      if (kTypes[slots_[at] - 1].name == name) return &kTypes[slots_[at] - 1];
    return nullptr;
  }

 private:
  static constexpr std::size_t kSlots = 1024;
  static_assert(kCount < 255 && kCount < kSlots / 4);
  static std::size_t slot_of(std::string_view name) noexcept { return hash_text(name) % kSlots; }
  std::array<std::uint8_t, kSlots> slots_{};
};

}  // namespace

const RecordType* type_by_name(std::string_view name) noexcept {
  static const NameIndex index;
  return index.find(name);
}

const RecordType* type_by_number(std::uint32_t number) noexcept {
  const auto* found = std::lower_bound(std::begin(kTypes), std::end(kTypes), number,
                                       [](const RecordType& t, std::uint32_t n) { return t.number < n; });
  return found != std::end(kTypes) && found->number == number ? found : nullptr;
}

std::optional<std::uint32_t> type_number_in(std::string_view name) noexcept {
  constexpr std::string_view kUnknown = "UNKNOWN[", kAudit = "AUDIT";
  if (name.substr(0, kUnknown.size()) == kUnknown && name.back() == ']')
    name = name.substr(kUnknown.size(), name.size() - kUnknown.size() - 1);
  else if (name.substr(0, kAudit.size()) == kAudit)
    name.remove_prefix(kAudit.size());
  const auto number = name.size() <= 5 ? parse_unsigned(name) : std::nullopt;
  if (!number) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

Part part_by_number(std::uint32_t number) noexcept {
  return (number >= 1000 && number < 1300) || (number >= 2100 && number < 3000) ? Part::alone : Part::subject;
}

}  // namespace stopwarden::auditd
