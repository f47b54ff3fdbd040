// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/panels/panel.h"

class QPlainTextEdit;

namespace toeplab::widgets
{

class EngineClient;

/// What the engine said and what was done, with times.
class LogPanel final : public Panel
{
    Q_OBJECT

public:
    explicit LogPanel(EngineClient& engine, QWidget* parent = nullptr);

    void add(const QString& level, const QString& message);
    void fillMenu(QMenu& menu) override;
    [[nodiscard]] QSize sizeHint() const override { return {600, 120}; }

private:
    QPlainTextEdit* text_;
};

} // namespace toeplab::widgets
