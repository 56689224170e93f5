// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>

namespace stopwarden::auditd {

/// "execve" for the number of a system call on an architecture, as `arch=` gives it (0xC000003E: x86_64; i386 and
/// aarch64, too). Empty when it is not known: other architectures, newer calls.
std::string_view syscall_name(std::uint32_t arch, std::uint32_t number) noexcept;

}  // namespace stopwarden::auditd
