"""Names to put together into people who do not exist, and how names get misspelt."""

SURNAMES = tuple(
    pair.split(":")
    for pair in (
        "王:wang 李:li 张:zhang 刘:liu 陈:chen 杨:yang 黄:huang 赵:zhao 吴:wu 周:zhou 徐:xu "
        "孙:sun 马:ma 朱:zhu 胡:hu 郭:guo 何:he 林:lin 罗:luo 郑:zheng 梁:liang 谢:xie 宋:song "
        "唐:tang 许:xu 韩:han 冯:feng 邓:deng 曹:cao 彭:peng 曾:zeng 萧:xiao 田:tian 董:dong "
        "袁:yuan 潘:pan 于:yu 蒋:jiang 蔡:cai 余:yu 杜:du 叶:ye 程:cheng 苏:su 魏:wei 吕:lyu "
        "丁:ding 任:ren 沈:shen 姚:yao 卢:lu 姜:jiang 崔:cui 钟:zhong 谭:tan 陆:lu 汪:wang 范:fan "
        "石:shi 夏:xia 贾:jia 邹:zou 熊:xiong 孟:meng 秦:qin 白:bai 江:jiang 欧阳:ouyang"
    ).split()
)
"""Surname and its pinyin, common ones first."""

FEMALE = (
    "晓雯 婷婷 静怡 佳慧 欣妍 雨桐 思琪 梦瑶 雅琴 若溪 诗涵 可馨 语嫣 子萱 佩玲 丽娜 芳 敏 静 洁 "
    "燕 红梅 秀英 玉兰 春燕 海霞 晓燕 文静 雪莹 嘉怡 安琪 沐晴 书瑶 宁 心怡 慧敏 美玲 一诺 知夏 "
    "清妍 若兰 梓涵 悦 璐 倩 莹 彤 琳 颖 曼青"
).split()
MALE = (
    "伟 强 磊 军 勇 杰 涛 明 超 浩然 宇轩 子豪 俊杰 志强 建国 文博 嘉豪 天佑 一鸣 思远 鹏飞 海涛 "
    "国栋 立新 晨阳 泽宇 皓轩 睿 峰 斌 凯 昊 晓东 志明 永健 家辉 博文 启航 承宇 景行 亦凡 书恒 "
    "世杰 振华 德明 少华 云帆 培源 冠宇 佑安"
).split()

HK_SURNAMES = tuple(
    pair.split(":")
    for pair in (
        "陳:chan 黃:wong 李:lee 張:cheung 梁:leung 林:lam 劉:lau 吳:ng 鄭:cheng 何:ho "
        "葉:yip 馮:fung 蔡:choi 鄧:tang 許:hui 譚:tam 羅:law 鍾:chung 盧:lo 蘇:so"
    ).split()
)
HK_FEMALE = "詠琪 嘉欣 曉彤 穎妍 淑儀 美儀 慧敏 綺雯 樂怡 芷晴 惠貞 潔瑩".split()
HK_MALE = "家豪 俊傑 志偉 子軒 國強 浩賢 啟銘 永康 偉倫 梓謙 耀輝 卓賢".split()

EN_SURNAMES = (
    "Bennett Carter Dawson Ellis Fletcher Graham Harding Ingram Keller Lawson Mercer Novak "
    "Osborne Porter Quinn Rhodes Sutton Turner Vaughn Whitaker Moreau Rossi Schmidt Tanaka"
).split()
EN_FEMALE = "Alice Beth Clara Diana Emily Fiona Grace Hannah Isla Julia Katherine Laura".split()
EN_MALE = "Adam Brian Colin Daniel Edward Felix George Henry Ian Jonathan Kevin Martin".split()

NICKNAMES = (
    "小{}爱喝茶 {}的衣橱 今天也是{} 阿{} {}同学 {}在路上 一只{} {}妈妈 早起的{} {}今天吃什么 "
    "{}爱买买买 慢生活{}"
).split()
EN_NICKNAMES = ("{}.eats", "hello{}", "{}_in_cn", "the{}diary", "{}loves tea")

SOUND_ALIKE = dict(
    pair.split(":")
    for pair in (
        "婷:亭 佳:嘉 晓:小 静:婧 怡:宜 慧:惠 欣:新 雨:宇 思:斯 梦:孟 雅:亚 溪:西 涵:含 馨:欣 萱:宣 "
        "玲:铃 丽:莉 娜:那 芳:方 敏:民 洁:杰 燕:艳 伟:玮 强:蔷 磊:雷 军:君 勇:永 杰:洁 涛:韬 明:铭 "
        "超:朝 浩:皓 宇:羽 轩:宣 豪:毫 俊:骏 志:智 博:搏 鹏:朋 峰:锋 斌:彬 凯:恺 昊:浩 瑶:遥 文:雯 "
        "雪:学 嘉:佳 琪:其 晴:情 宁:凝 心:欣 悦:月 璐:露 倩:茜 莹:盈 彤:童 琳:林 颖:影 兰:岚 青:清 "
        "辉:晖 航:杭 健:建 睿:瑞 泽:择 曉:晓 詠:咏 儀:仪 傑:杰 偉:伟 軒:轩 賢:贤 穎:颖 瑩:莹"
    ).split()
)
"""Characters that a clerk who only hears a name writes for another, or in the other script."""
