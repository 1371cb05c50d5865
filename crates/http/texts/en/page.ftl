# What every page has around it.
page-language = Language
page-language-use = Use
page-skip = Skip to content
page-version = CupTel { $version }
page-menu = Menu
