// SPDX-License-Identifier: Apache-2.0
// The names under which messages are read, looked up once a source.
#pragma once
#include "sources/text/emitter.h"

namespace stopwarden::messages {

/// Every name that readers fill, once. docs/formats/syslog.md says which program fills what.
#define SW_MESSAGE_FIELDS(X)               \
  /* the Sigma taxonomy */                 \
  X(Image)                                 \
  X(CommandLine)                           \
  X(CurrentDirectory)                      \
  X(User)                                  \
  X(ActorUserId)                           \
  X(LogonId)                               \
  X(SourceIp)                              \
  X(SourcePort)                            \
  X(DestinationIp)                         \
  X(DestinationPort)                       \
  /* sudo's own */                         \
  X(TTY)                                   \
  X(PWD)                                   \
  X(USER)                                  \
  X(GROUP)                                 \
  X(ENV)                                   \
  X(COMMAND)                               \
  /* su, sshd, PAM, polkit */              \
  X(TargetUser)                            \
  X(auth_action)                           \
  X(auth_method)                           \
  X(auth_result)                           \
  X(polkit_action)                         \
  /* systemd, as the journal names them */ \
  X(UNIT)                                  \
  X(JOB_TYPE)                              \
  X(JOB_RESULT)                            \
  X(EXIT_CODE)                             \
  X(EXIT_STATUS)                           \
  X(UNIT_RESULT)                           \
  X(unit_description)                      \
  X(unit_event)                            \
  X(signal)                                \
  X(requested_by)                          \
  /* useradd and its like */               \
  X(name)                                  \
  X(UID)                                   \
  X(GID)                                   \
  X(home)                                  \
  X(shell)                                 \
  /* kernel, containers */                 \
  X(killed_process)                        \
  X(killed_pid)                            \
  X(level)                                 \
  X(msg)                                   \
  X(container)                             \
  X(module)                                \
  X(topic)                                 \
  /* ClamAV */                             \
  X(Filename)                              \
  X(Signature)                             \
  /* Proxmox */                            \
  X(task_type)                             \
  X(task_object)

struct Fields {
  explicit Fields(const text::Emitter& out)
      :
#define SW_MESSAGE_FIELD(n) n(out.name(#n)),
        SW_MESSAGE_FIELDS(SW_MESSAGE_FIELD)
#undef SW_MESSAGE_FIELD
            message(out.name("message")) {
  }
#define SW_MESSAGE_FIELD(n) text::Name n;
  SW_MESSAGE_FIELDS(SW_MESSAGE_FIELD)
#undef SW_MESSAGE_FIELD
  text::Name message;
};

}  // namespace stopwarden::messages
