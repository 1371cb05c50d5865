# What every page has around it.
page-language = Lingua
page-language-use = Usa
page-skip = Vai al contenuto
page-version = CupTel { $version }
page-menu = Menu
