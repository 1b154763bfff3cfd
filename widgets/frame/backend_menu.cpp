// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frame/backend_menu.h"

#include <QActionGroup>
#include <QMenu>

#include "widgets/session/session.h"

namespace ulpscope {

void fillBackendMenu(QMenu& menu, Session& session) {
  BackendChoice& choice = session.backendChoice();
  menu.clear();
  auto* group = new QActionGroup(&menu);
  for (const BackendChoice::Option& option : choice.options()) {
    QString title = option.title;
    QAction* action = menu.addAction(title.replace(QLatin1Char('&'), QStringLiteral("&&")));
    action->setCheckable(true);
    action->setChecked(option.id == choice.chosen());
    action->setObjectName(QString::fromStdString(option.id));
    group->addAction(action);
    QObject::connect(action, &QAction::triggered, &choice, [&choice, id = option.id] { choice.choose(id); });
  }
  if (choice.isLooking() || choice.devices().devices.empty()) menu.addAction(choice.deviceNote())->setEnabled(false);
  menu.addSeparator();
  menu.addAction(BackendChoice::tr("Settings"), &session,
                 [&session] { Q_EMIT session.pageRequested(QStringLiteral("settings")); });
}

}  // namespace ulpscope
