/* cmd/fcitx5-bon/options.hpp: the settings as Fcitx5's configuration tool shows them, and as its menu offers them: both made from the
 * table of ime-common, both changing ime.conf and nothing else.
 */
#ifndef BON_FCITX5_OPTIONS_HPP
#define BON_FCITX5_OPTIONS_HPP

#include <fcitx-config/configuration.h>
#include <fcitx-config/option.h>
#include <fcitx/action.h>
#include <fcitx/inputcontext.h>
#include <fcitx/menu.h>
#include <fcitx/statusarea.h>
#include <fcitx/userinterfacemanager.h>
#include <memory>
#include <vector>

#include "ime-common/settings.h"

namespace bon {

inline std::string label(const ime_setting &row) { return ime_label(row.label, row.label_vi); }
inline std::string label(const ime_choice &choice) { return ime_label(choice.label, choice.label_vi); }

/* What may be chosen, for a combo box. */
struct Choices : fcitx::EnumAnnotation {
    explicit Choices(const ime_choice *first) : choices(first) {}
    void dumpDescription(fcitx::RawConfig &config) const {
        EnumAnnotation::dumpDescription(config);
        int n = 0;
        for (const ime_choice *choice = choices; choice->name; choice++, n++) {
            config.setValueByPath("Enum/" + std::to_string(n), choice->name);
            config.setValueByPath("EnumI18n/" + std::to_string(n), label(*choice));
        }
    }
    const ime_choice *choices;
};

/* One option a row: a switch, a choice, or a path. */
class Options final : public fcitx::Configuration {
    using Text = std::string;
    using Path = fcitx::Option<Text>;
    using Switch = fcitx::Option<bool>;
    using Choice = fcitx::Option<Text, fcitx::NoConstrain<Text>, fcitx::DefaultMarshaller<Text>, Choices>;

  public:
    explicit Options(const ime_settings &settings) {
        for (int id = 0; id < IME_SETTINGS; id++) {
            const ime_setting &row = ime_setting_table[id];
            const Text now = ime_settings_value(&settings, static_cast<ime_setting_id>(id));
            if (!row.choices) {
                auto option = std::make_unique<Path>(this, row.name, label(row), row.initially);
                option->setValue(now);
                options_.push_back(std::move(option));
            } else if (ime_is_switch(&row)) {
                auto option = std::make_unique<Switch>(this, row.name, label(row), row.initially == Text("yes"));
                option->setValue(now == "yes");
                options_.push_back(std::move(option));
            } else {
                auto option =
                    std::make_unique<Choice>(this, row.name, label(row), row.initially, fcitx::NoConstrain<Text>(),
                                             fcitx::DefaultMarshaller<Text>(), Choices(row.choices));
                option->setValue(now);
                options_.push_back(std::move(option));
            }
        }
    }
    const char *typeName() const override { return "BonOptions"; }

  private:
    std::vector<std::unique_ptr<fcitx::OptionBase>> options_;
};

/* What the tool hands back, into the file: only what differs. */
inline void changeSettings(ime_settings &settings, const fcitx::RawConfig &config, ime_settings_report *report) {
    for (int id = 0; id < IME_SETTINGS; id++) {
        const ime_setting &row = ime_setting_table[id];
        const std::string *given = config.valueByPath(row.name);
        if (!given) continue;
        std::string value = ime_is_switch(&row) ? (*given == "True" ? "yes" : "no") : *given;
        const auto setting = static_cast<ime_setting_id>(id);
        if ((!row.choices || ime_choice_find(row.choices, value.c_str())) &&
            value != ime_settings_value(&settings, setting))
            ime_settings_change(&settings, setting, value.c_str(), report);
    }
}

/* A choice in the menu of a row. */
class MenuChoice final : public fcitx::Action {
  public:
    MenuChoice(ime_settings *settings, ime_setting_id id, const ime_choice *choice, ime_settings_report *report)
        : settings_(settings), id_(id), choice_(choice), report_(report) {
        setCheckable(true);
    }
    std::string shortText(fcitx::InputContext *) const override { return label(*choice_); }
    std::string icon(fcitx::InputContext *) const override { return {}; }
    bool isChecked(fcitx::InputContext *) const override {
        return std::string(choice_->name) == ime_settings_value(settings_, id_);
    }
    void activate(fcitx::InputContext *context) override {
        ime_settings_change(settings_, id_, choice_->name, report_);
        update(context);
    }

  private:
    ime_settings *settings_;
    ime_setting_id id_;
    const ime_choice *choice_;
    ime_settings_report *report_;
};

/* The rows that menus offer, each with its choices below. */
class SettingsMenu final {
  public:
    SettingsMenu(ime_settings *settings, fcitx::UserInterfaceManager *manager, ime_settings_report *report) {
        for (int id = 0; id < IME_MENU; id++) {
            const ime_setting &row = ime_setting_table[id];
            auto menu = std::make_unique<fcitx::Menu>();
            for (const ime_choice *choice = row.choices; choice->name; choice++) {
                auto action = std::make_unique<MenuChoice>(settings, static_cast<ime_setting_id>(id), choice, report);
                action->registerAction(std::string("bon-") + row.name + "-" + choice->name, manager);
                menu->addAction(action.get());
                choices_.push_back(std::move(action));
            }
            auto top = std::make_unique<fcitx::SimpleAction>();
            top->setShortText(label(row));
            top->setMenu(menu.get());
            top->registerAction(std::string("bon-") + row.name, manager);
            rows_.push_back(std::move(top));
            menus_.push_back(std::move(menu));
        }
    }
    void show(fcitx::InputContext *context) {
        for (auto &row : rows_) context->statusArea().addAction(fcitx::StatusGroup::InputMethod, row.get());
    }

  private:
    std::vector<std::unique_ptr<fcitx::Action>> choices_;
    std::vector<std::unique_ptr<fcitx::Menu>> menus_;
    std::vector<std::unique_ptr<fcitx::SimpleAction>> rows_;
};

} // namespace bon

#endif
