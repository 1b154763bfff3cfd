// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/interrupt.h"

#include <pthread.h>
#include <signal.h>

namespace ulpscope {

Interrupt::Interrupt() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  m_waiter = std::thread([this, signals] {
    int signal = 0;
    while (sigwait(&signals, &signal) == 0 && !m_isOver) m_stop.request_stop();
  });
}

Interrupt::~Interrupt() {
  m_isOver = true;
  pthread_kill(m_waiter.native_handle(), SIGINT);  // wakes sigwait; blocked, so it does nothing else
  m_waiter.join();
}

}  // namespace ulpscope
