// SPDX-License-Identifier: Apache-2.0
// The readers that programs.cpp names; for this module only. Each takes any text and adds what it understands.
#pragma once
#include <string_view>

#include "sources/messages/fields.h"

namespace stopwarden::messages {

#define SW_MESSAGE_READER(name) void name(std::string_view message, const Fields& f, text::Emitter& out)
SW_MESSAGE_READER(read_sudo);
SW_MESSAGE_READER(read_su);
SW_MESSAGE_READER(read_sshd);
SW_MESSAGE_READER(read_login);  // pam_unix lines of any program
SW_MESSAGE_READER(read_polkit);
SW_MESSAGE_READER(read_accounts);
SW_MESSAGE_READER(read_logind);
SW_MESSAGE_READER(read_systemd);
SW_MESSAGE_READER(read_cron);
SW_MESSAGE_READER(read_kernel);
SW_MESSAGE_READER(read_logfmt);
SW_MESSAGE_READER(read_clamav);
SW_MESSAGE_READER(read_proxmox);
#undef SW_MESSAGE_READER

}  // namespace stopwarden::messages
