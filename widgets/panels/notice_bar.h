// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QWidget>

#include <functional>
#include <vector>

class QHBoxLayout;
class QLabel;

namespace toeplab::widgets
{

/// Something that happened and what can be done about it, in a bar that stops nobody. One at a time: newest wins.
class NoticeBar final : public QWidget
{
    Q_OBJECT

public:
    enum class Level { Info, Warning, Bad };
    struct Choice {
        QString text;
        std::function<void()> action;
    };

    explicit NoticeBar(QWidget* parent = nullptr);

    void say(Level level, const QString& sentence, std::vector<Choice> choices = {});
    void dismiss();
    [[nodiscard]] QString sentence() const;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Level level_ = Level::Info;
    QLabel* text_;
    QHBoxLayout* choices_;
};

} // namespace toeplab::widgets
