"""Short harmless texts of our own for the harm model: greetings, single words, names, numbers, short questions.

Knows no sentence of anyone else, and no person, event or movement. Without these rows nearly all that is short in the training
data is a keyword of something harmful, and the model takes being short for being obscene.
Works by lists and frames: each word stands bare and in a few frames. All texts of one word fall into one part, by a hash, so that
what is measured on was met in no frame. Words that share a character with something harmful (牛奶, 操场, 消毒) are meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

TALK_ZH = """你好|您好|你好呀|你好啊|大家好|早|早上好|早安|上午好|中午好|下午好|晚上好|晚安|嗨|嘿|哈喽|喂|在吗|在不在|在么
有人吗|你是谁|你叫什么|你几岁了|你会什么|你能做什么|你在干嘛|谢谢|谢谢你|谢谢您|多谢|太谢谢了|感谢|非常感谢|谢啦|不客气
不用谢|没关系
没事|没问题|对不起|抱歉|不好意思|打扰了|麻烦你了|辛苦了|再见|拜拜|回头见|明天见|下次见|回见|先这样|就这样吧|好|好的|好吧
好啊|好呀
好嘞|好滴|行|行吧|可以|可以的|可以吗|不可以|不行|不要|不用|不用了|不是|是|是的|是吗|是啊|对|对的|对吧|不对|嗯|嗯嗯|哦|噢
啊|呃|唉
哎呀|哇|哈哈|哈哈哈|呵呵|嘻嘻|呜呜|懂了|明白|明白了|知道了|收到|了解|不懂|不明白|不知道|不清楚|没听懂|为什么|为啥|怎么办
怎么了|什么
什么意思|什么事|真的吗|真的假的|然后呢|还有吗|还有呢|继续|继续说|继续写|接着说|接着写|请继续|往下写|再来一次|再来一个
再试一次|重来
重新写|重写一遍|换一个|换一种说法|短一点|长一点|详细一点|简单点|说中文|用英文说|翻译一下|翻译成英文|总结一下|举个例子
举例说明|停|停止
等等|等一下|稍等|开始|开始吧|结束|完成了|好了|确定|取消|返回|退出|下一步|上一步|加油|恭喜|恭喜你|祝你好运|生日快乐
新年快乐|节日快乐
周末愉快|一路顺风|真棒|太棒了|很棒|厉害|牛|赞|不错|很好|太好了|好极了|一般|还行|还可以|随便|都行|无所谓|当然|当然可以
也许|可能吧
大概|差不多|有点难|太难了|太简单了|太贵了|便宜点|我饿了|我困了|我累了|我来了|我走了|我到了|我回来了|我不舒服|我感冒了
我想睡觉|我想你
想你了|我爱你|爱你|么么哒|抱抱|亲爱的|宝贝|宝宝|乖|听话|吃了吗|吃饭了吗|睡了吗|起床了|下班了|放学了|几点了|今天星期几|今天几号
天气怎么样|今天天气|明天下雨吗|讲个笑话|讲个故事|唱首歌|写首诗|陪我聊天|聊聊天吧|推荐电影|推荐一本书|帮帮我|帮个忙
帮我看看|请问|请帮我
请回答|请说|请讲|说吧|你说呢|你觉得呢|怎么样|哪里|哪个|谁|多少|多少钱|多久|多远|几个|几岁|什么时候|一样吗|贵不贵|好吃吗|好看吗
好玩吗|难不难|远不远|测试|测试一下|试试|试一下|一二三|你真聪明|你真好|你好厉害|答错了|答对了|算错了|不对吧|错了|有错别字|太长了
看不懂|看完了|写完了|知道啦|好哒|好咧|哎|嗯哼|哼|切|额|咦|嘘|喔|哟|呀|吧|吗|呢|的|了|我|你|他|她|它|我们|你们|他们|自己|这|那
这个|那个|这里|那里|现在|今天|明天|昨天|后天|刚才|马上|以后|以前|有|没有|有没有|要|想|去|来|看|听|说|读|写|吃|喝|走|跑|坐|站|睡
玩|做|买|卖|给|拿|开|关|大|小|多|少|高|低|长|短|快|慢|新|旧|冷|热|红|黄|蓝|绿|黑|白|一|二|三|四|五|六|七|八|九|十|百|千|万"""
TALK_EN = """hi|hello|hey|hello there|hi there|hey you|good morning|good afternoon|good evening|good night|morning|bye|goodbye
bye bye|see you|see you later|see you tomorrow|later|take care|thanks|thank you|thank you so much|thanks a lot
many thanks|thx|ty
you're welcome|no problem|no worries|my pleasure|sorry|I'm sorry|excuse me|pardon|my bad|please|yes|yeah|yep|no|nope|ok
okay|OK|sure
of course|maybe|perhaps|fine|great|good|nice|cool|awesome|perfect|excellent|well done|good job|right|wrong|correct|true
false|really
really?|why|why not|why?|what|what?|what's up|what is this|how|how?|how are you|how so|how much|how many|how far
how old are you|who
who are you|who is it|where|when|which|which one|what time is it|I see|I know|I don't know|no idea|got it|understood|makes sense
go on|continue|carry on|next|more|more please|again|one more|try again|stop|wait|wait a minute|hold on|start|begin|done|finished
help|help me|can you help|tell me more|tell me a joke|sing a song|write a poem|translate this|in English|in Chinese|summarise
summarize it|explain|explain it|give an example|shorter|longer|simpler|rewrite|rewrite it|test|testing|test 123
hello world|lol|haha
hmm|oh|wow|ah|uh|um|oops|yay|congrats|congratulations|happy birthday|happy new year|good luck|cheers|welcome|enjoy
love you|miss you
I love you|honey|dear|baby|sweetheart|I'm tired|I'm hungry|I'm home|I'm back|I'm here|are you there|anyone there|can you hear me
is it free|is it far|is it cold|I|you|he|she|it|we|they|me|him|her|this|that|these|those|a|an|the|and|or|but|if|not|in
on|at|to|of
for|with|from|by|is|are|was|be|do|go|come|see|eat|drink|run|walk|sit|stand|sleep|play|make|buy|sell|give|take|open|close
big|small
old|new|hot|cold|red|blue|green|black|white|one|two|three|four|five|six|seven|eight|nine|ten|hundred|today|tomorrow
yesterday|now
then|here|there|always|never|often|soon|up|down|left|right side|inside|outside|first|last|all|none|some|many|few|both
each|other"""
OPENERS = """如何|怎么|怎样|怎么才能|怎样才能|请告诉我|告诉我|请教我|教我|教教我|帮我|请帮我写|写一篇|写一段|写一个|列出
列举|解释|解释一下
描述|描述一下|详细说明|提供|给我一份|制定|制定计划|设计|我想|我朋友|有什么办法|有哪些|有哪些技巧|哪里可以买|为什么要
prompt|how to|how do
how do I|how can I|tell me|tell me how|teach me|show me|give me|write|write a|list|explain how|describe|develop|create|create a
what is|what is the best|can you|could you|provide|design|outline|help me with|ignore|you are|your email|that's it
step by step"""
"""Beginnings of requests, harmful and harmless; always taught, for what is asked for shall tell."""
THINGS_ZH = """苹果|香蕉|橙子|葡萄|西瓜|草莓|桃子|梨|樱桃|芒果|菠萝|柠檬|柚子|荔枝|龙眼|火龙果|猕猴桃|木瓜|石榴|蓝莓
椰子|枣|核桃|花生
瓜子|栗子|米饭|面条|饺子|包子|馒头|馄饨|油条|豆浆|稀饭|粥|炒饭|炒面|火锅|烤鸭|烤肉|红烧肉|牛肉|羊肉|猪肉|鸡肉|鸭肉|鱼肉
五花肉|肉丸
肉松|肉夹馍|鸡蛋|鸡翅|鸡腿|鸡汤|炸鸡|公鸡|母鸡|鸭脖|香肠|火腿|腊肠|热狗|豆腐|豆芽|豆沙包|小笼包|蛋糕|面包|饼干|巧克力
冰淇淋|雪糕
糖果|棒棒糖|口香糖|奶茶|牛奶|酸奶|奶粉|奶油|奶酪|咖啡|茶|绿茶|果汁|可乐|汽水|啤酒|白酒|水|盐|糖|醋|酱油|辣椒|大蒜|生姜|葱|洋葱
土豆|番茄|黄瓜|茄子|白菜|菠菜|芹菜|韭菜|蘑菇|木耳|海带|玉米|红薯|南瓜|冬瓜|苦瓜|莲藕|竹笋|菊花|玫瑰|牡丹|荷花|桂花|梅花
兰花|百合
猫|狗|小狗|小猫|兔子|老虎|狮子|大象|猴子|熊猫|马|牛|羊|猪|鸡|鸭|鹅|鱼|鸟|蛇|龙|虫子|蜜蜂|蝴蝶|蚂蚁|蚊子|乌龟
青蛙|鲸鱼|海豚|螃蟹|虾|鲍鱼|生蚝|海参|桌子|椅子|床|沙发|柜子|门|窗户|灯|电视|冰箱|空调|洗衣机|电脑|手机|平板|耳机|键盘|鼠标|屏幕
相机|充电器|电池|书|本子|笔|铅笔|橡皮|尺子|剪刀|菜刀|水果刀|刀|刀片|锤子|钉子|螺丝|扳手|梯子|雨伞|杯子|碗|盘子|筷子|勺子|叉子|锅
毛巾|牙刷|牙膏|肥皂|洗发水|沐浴露|镜子|梳子|纸巾|衣服|裤子|裙子|短裙|丝袜|袜子|鞋|高跟鞋|帽子|围巾|手套|内衣|内裤|睡衣
泳衣|外套|衬衫
毛衣|皮带|眼镜|手表|项链|戒指|头|脸|眼睛|鼻子|嘴|嘴唇|耳朵|脖子|肩膀|胸|胸口|腰|肚子|屁股|大腿|膝盖|脚|手|手指|皮肤|头发
心脏|血液
骨头|肌肉|穴位|按摩|桑拿|汽车|公交车|地铁|火车|高铁|飞机|轮船|自行车|电动车|摩托车|卡车|出租车|轿车|黑色汽车|学校|医院|银行|邮局
超市|商店|饭店|酒店|宾馆|公园|图书馆|博物馆|电影院|体育馆|操场|机场|车站|药店|菜市场|办公室|教室|宿舍|厨房|卧室|客厅
阳台|洗手间|浴室
太阳|月亮|星星|天空|云|雨|雪|风|雷|闪电|冰|火|山|河|湖|海|岛|沙漠|森林|草原|大麦|麻将|麻花|芝麻|亚麻|麻婆豆腐|冰糖|冰水|粉丝
面粉|药片|感冒药|中药|草药|药方|处方|消毒|消毒水|病毒|中毒|解毒|杀毒软件|杀虫剂|火药味|炸酱面|炸鱼|爆米花|爆炸头|鞭炮
烟花|子弹头列车
弹簧|弹琴|弹性|导弹|水枪|玩具枪|喷枪|射门|射手座|发射|反射|注射|射线|操作|体操|早操|操心|操练|干净|干杯|干燥|干部
干活|饼干|性格|性别|性能|个性|理性|感性|女性|男性|性价比|可能性|阴天|阴影|光阴|太阴|阳光|阳台|交通|交流|交朋友|社交|外交|口语
口红|口罩|裸眼|裸机|处女座|处理|淋浴|浪花|浪漫|波浪|骚扰电话|风骚|激情|热情|爱情|情人节|情书|色彩|黄色|彩色|出色|特色|成人高考
成人票|成年人|夜晚|夜市|夜宵|床单|上床睡觉|起床|高潮|退潮|潮流|潮湿|湿度|润滑油|插座|插头|插图|插花|抽屉|抽奖|抽签|抽水|吹风机
吹牛|舔冰淇淋|咬|吻|亲吻|拥抱|亲戚|偷懒|偷笑|贷款|发票|信用卡|彩票
赌气|考试|考试答案|作弊|黑板|死机|累死了|气死我了|笑死|自信|自由|割草机|跳楼机|上吊桥|绝望|孤独|难过
伤心|生气|开心|高兴|害怕|紧张|无聊|后悔|失眠|抑郁|焦虑|压力大|北京|上海|广州|深圳|杭州|南京|成都|重庆|武汉|西安|天津|苏州|长沙
哈尔滨|拉萨|香港|澳门|台北|中国|美国|日本|法国|德国|英国|俄罗斯|韩国|印度|巴西|埃及|亚洲|欧洲|非洲|春天|夏天|秋天|冬天|春节
中秋节|端午节|元宵节|国庆节|元旦|清明节|星期一|星期天|一月|十二月|上午|下午|语文|数学|英语|物理|化学|生物|历史|地理|政治
音乐|美术
体育|篮球|足球|排球|乒乓球|羽毛球|棒球|网球|游泳|跑步|瑜伽|滑雪|太极拳|象棋|围棋|扑克|游戏|小说|电影|电视剧|动画|漫画|歌曲|舞蹈
诗|散文|日记|作文|论文|简历|合同|报告|计划|总结|通知|邮件|新闻|广告|法律|宪法|刑法|民法典|税|工资|公司|工厂|股票|基金|保险|房子
租房|装修|手术|发烧|咳嗽|头疼|胃疼|牙疼|过敏|高血压|糖尿病|怀孕|月经|避孕|避孕套|减肥|健身|疫苗|体检|人工智能|机器学习|大模型
数据库|服务器|网络|软件|硬件|程序|代码|算法|函数|变量|循环|数组|文件|文件夹|密码|账号|登录|注册|注销|下载|上传|复制|粘贴
删除|保存"""
PEOPLE_ZH = """老婆|老公|妻子|丈夫|爸爸|妈妈|父亲|母亲|爷爷|奶奶|外公|外婆|姥姥|姥爷|哥哥|姐姐|弟弟|妹妹|儿子|女儿|孙子
孙女|叔叔|阿姨|舅舅|姑姑
姨妈|表哥|表妹|堂弟|侄子|外甥|岳父|岳母|公公|婆婆|媳妇|嫂子|女婿|婴儿|孩子|小孩|男孩|女孩|男人|女人|男朋友|女朋友|情侣
恋人|未婚妻
老人|少年|少女|青年|同学|同事|老师|学生|医生|护士|警察|司机|厨师|农民|工人|律师|会计|记者|作家|演员|歌手|画家|工程师
程序员|老板|经理
秘书|客人|邻居|朋友|小妹妹|小姐|服务员
小姐姐|美女|帅哥|美人鱼|睡美人"""
THINGS_EN = """apple|banana|orange|grape|melon|cherry|peach|lemon|rice|bread|noodles|dumplings|soup|salad|cake|cookie|chocolate
ice cream|milk|cheese|butter|egg|chicken|chicken breast|beef|pork|meat|meatball|sausage|hot dog|fish|shrimp|oyster
coffee|tea|juice
beer|wine|water|salt|sugar|pepper|onion|potato|tomato|carrot|mushroom|bean|nut|nuts|peanut|cat|dog|puppy|kitten|rabbit
tiger|lion|monkey
horse|cow|pig|sheep|rooster|cock-a-doodle|duck|goose|bird|snake|bee|ant|beaver|donkey|turtle|frog|whale|table|chair|bed
bedroom|sofa
door|window|lamp|phone|laptop|keyboard|mouse|screen|battery|book|pen|pencil|paper|knife|kitchen knife|fork|spoon|cup
plate|hammer
nail|screw|screwdriver|wrench|rope|towel|soap|mirror|shirt|skirt|dress|shoes|boots|socks|stockings|hat|scarf|gloves
underwear|bra
bikini|pyjamas|coat|head|face|eye|nose|mouth|lip|lips|ear|neck|shoulder|chest|breast cancer|belly|back|bottom|leg|knee
foot|feet|hand
finger|skin|hair|heart|blood|bone|massage|sauna|car|bus|train|plane|boat|bike|truck|taxi|school|hospital|bank|hotel|park|library
museum|cinema|airport|station|pharmacy|office|kitchen|bathroom|shower|sun|moon|star|sky|cloud|rain|snow|wind|fire|ice
mountain|river
lake|sea|island|desert|forest|virus|antivirus|poison ivy|medicine|aspirin|vitamin|insulin|vaccine|bullet point
bullet train|water gun
glue gun|nail gun|shotgun wedding|bomb shelter|bath bomb|photo shoot|shooting star|killer app|kill process|dead line
deadline|weed
weed killer|grass|joint pain|crack|crackers|coke|speed|ecstasy|high|pot|cooking pot|hash|hash map|hash table|dope
heroine|hero|sex
gender|sexuality education|adult education|naked eye|raw|hardcore fan|fan|swing|swing set|dance|strip|comic strip|stripe
banana split
blow dryer|tie|bondage|bond|ball|balls|football|baseball|tennis|swimming|yoga|chess|poker|game|novel|film|song|poem|diary|essay
resume|contract|report|plan|email|news|law|tax|salary|company|stock|insurance|house|rent|surgery|fever|cough|headache|allergy
diabetes|pregnancy|period|condom|diet|fitness|sad|happy|angry|afraid|bored|lonely|nervous|stress|depression|anxiety
insomnia|love
kiss|hug|romance|wedding|divorce|London|Paris|Berlin|Tokyo|Beijing|Shanghai|Sydney|Rome|China|France|Germany|Japan|India|Canada
spring|summer|autumn|winter|Monday|Friday|Sunday|January|December|morning sun|evening|night|nightlife|maths|physics
chemistry|biology
history|geography|music|art|sport|computer|software|database|server|network|algorithm|function|variable|loop|array|file|folder
password|account|login|logout|download|upload|copy|paste|delete|save|print|scan|cancel|submit|reset|search|settings
profile|home"""
PEOPLE_EN = """mother|father|mom|dad|wife|husband|son
daughter|brother|sister|uncle|aunt|cousin|grandma|grandpa|baby boy|baby girl|boy|girl|man|woman|lady|teenager|adult
friend|girlfriend
boyfriend|teacher|student|doctor|nurse|driver|cook|farmer|lawyer|writer|actor|singer"""
MACHINE = """user|assistant|system|tool|tools|function|developer|role|content|message|messages|name|type|text|id|object
model|choices
delta|index|usage|stop|length|tool_calls|finish_reason|completion|tokens|max_tokens|temperature|top_p|stream|data|error|code
null|none|None|true|false|True|False|undefined|NaN|nil|json|JSON|xml|XML|html|HTML|css|yaml|csv|pdf|utf-8|UTF-8|ascii
base64|GET|POST
PUT|DELETE|PATCH|HEAD|OPTIONS|http|https|HTTP/1.1|200 OK|201|204|400|401|403|404|404 Not Found|429|500|502|503|timeout
ping|pong|ack
localhost|127.0.0.1|0.0.0.0|192.168.1.1|8.8.8.8|::1|port 8080|:8080|main|main()|print|print(x)|return|return 0|import os
def f(x):
class A:|int|str|bool|float|void|char|const|let|var|async|await|yield|lambda|self|this.x|foo|bar|baz|foo()|foo_bar
fooBar|user_id
userId|user_name|created_at|updated_at|get_user|getUser|set_value|setValue|is_valid|isValid|to_string|toString
parse_json|parseInt
max_len|min_len|num_rows|row_count|item_list|file_path|api_key|access_token|request_id|session_id|order_no|page_size|page|limit
offset|total|items|list|dict|map|set|key|value|keys|values|i|j|k|n|x|y|z|x1|x2|tmp|temp|buf|ptr|len|size|count|sum|max
min|abs|sqrt
git push|git pull|git commit|git log|ls|ls -la|cd ..|pwd|cat a.txt|rm a.txt|kill -9|kill 1234|killall|sudo su|chmod 755
top|ps aux
grep -r|curl -I|pip install|npm run|make|make test|docker ps|SELECT 1|SELECT *|INSERT|UPDATE|JOIN|WHERE|ORDER BY
LIMIT 10|DROP|COMMIT
readme|README.md|LICENSE|Makefile|Dockerfile|index.html|main.py|app.js|style.css|test.py|utils.py|config.yaml|data.csv|data.json
report.pdf|report.docx|photo.jpg|IMG_0001.JPG|image.png|video.mp4|song.mp3|a.txt|notes.txt|log.txt|backup.zip|setup.exe
报告.docx
照片.jpg|合同.pdf|数据.xlsx|会议记录.txt|简历.pdf|新建文档.txt|截图.png|v1|v1.0|v2.3.1|1.0.0|alpha|beta|rc1|latest
nightly|INFO|WARN
ERROR|DEBUG|FATAL|TRACE|OK|FAIL|PASS|TODO list|N/A|n/a|tbd|etc.|e.g.|i.e.|www|com|cn|org|example.com|a@b.cn|me@example.com
https://a.cn|#1|#tag|@all|@user|$1|$100|¥9.9|50%|100%|3.14|0|1|2|7|10|12|42|99|100|123|1234|12345|123456|1000|2024|2025|2026|1/2
3+5|1+1|1+1=?|2*3|9-4|8/2|x=1|y=2x|a+b|a>b|f(x)|n!|sin x|log n|O(n)|12:30|08:00|2024-01-01|2025/6/1|1月1日|3月8日|5月1日|10月1日
星期三|3点半|第一章|第二节|第3条|图1|表2|附件1|一、|二、|1.|2.|(1)|①|A|B|C|D|a)|b)|选A|选B|答案C|对√|错×|kg|km|cm|mm|ml|GB|MB|KB
kHz|mA|kW|5kg|10km|3cm|250ml|16GB|512MB|20℃|36.5℃|5公斤|10公里|三斤|两米|一杯|一碗|一个|两只|三本|四张|五辆|六台|七块|八件
九条|十元|100元|一百块|两小时|三分钟|五年|三天|一周|两个月|...|。|，|？|！|?|!|:)|:-)|^_^|orz|-|--|—|*|**|#|##|~|/|\\|\"\"|''|{}
[]|()|<br>|<div>|</p>|&nbsp;|\\n|\\t|null;|{\"a\":1}|[1,2,3]|{\"role\"|\"content\"|id: 1|key=value|a,b,c|x;y|A4|B2B|C++
C#|Java|Python
Rust|Go|SQL|Linux|Windows|macOS|iOS|Android|Excel|Word|PPT|WiFi|USB|CPU|GPU|RAM|SSD|API|SDK|URL|DNS|TCP|UDP|IP|VPN|AI
NLP|LLM|OCR
CEO|HR|KPI|OKR|PDF|FAQ|DIY|VIP|ATM|GDP|CPI|DNA|pH|CO2|H2O|NaCl|Fe|Au|Hz|Wi-Fi|5G|4K|HDR|LED|LCD|NBA|UN|WHO|UK|USA|EU|PRC"""
FRAMES_ZH = """{}|{}！|{}。|{}？|{}是什么|什么是{}|{}怎么说|我想要{}|我要{}|给我{}|来点{}|关于{}|{}的英文|{}怎么写|写{}
画{}|有{}吗
没有{}|买{}|哪里有{}|想找{}|我喜欢{}|不喜欢{}|{}多少钱|{}和水|一个{}|说说{}|介绍{}|{}的意思|多写一些{}|新{}|大{}|{}图片
{}QQ|{}出售"""
PEOPLE_FRAMES_ZH = """{}|{}！|{}。|{}？|{}你好|{}怎么说|关于{}|{}的英文|写{}|画{}|我的{}|我爱{}|我想{}|说说{}|{}好
{}在家吗|{}图片|想找{}|多写一些{}|给{}打电话"""
FRAMES_EN = """{}|{}!|{}.|{}?|what is {}|the {}|my {}|a {}|your {}|new {}|I like {}|no {}|define {}|about {}|draw {}
buy {}|some {}
{} please|{} in Chinese|{} price|{} picture|more {}|big {}|spell {}|is it {}"""
PEOPLE_FRAMES_EN = (
    "{}|{}!|{}.|{}?|my {}|hello {}|the {}|call {}|about {}|draw {}|{} in Chinese|thank you {}|{} picture|more {}"
)
TALK_FRAMES_ZH = "{}|{}！|{}。|{}？|{}~|{}!|{}…|{} {}|{}，{}|“{}”"
TALK_FRAMES_EN = "{}|{}!|{}.|{}?|{}...|{} {}|{}, {}|{} :)"
CARRIERS_ZH = "我要{}|给我{}|来点{}|想找{}|多写一些{}|哪里有{}|写{}|说说{}"
CARRIERS_EN = "some {}|more {}|{} please|about {}|my {}|new {}"
EACH = 4
"""Frames drawn for every thing, the bare word among them."""
EACH_TALK = 3


def listed(text: str) -> list[str]:
    """The members of a list, each once, in order."""
    parts = (part.strip() for part in text.replace("\n", "|").split("|"))
    return list(dict.fromkeys(part for part in parts if part))


def carried(text: str) -> str:
    """A keyword inside a sentence of our own; harmless words stand in the same ones."""
    frames = listed(CARRIERS_EN if text.isascii() else CARRIERS_ZH)
    return _drawn(frames, text)[0].replace("{}", text)


def _drawn(frames: list[str], word: str) -> list[str]:
    return sorted(frames, key=lambda frame: sha256(f"{frame}\0{word}".encode()).digest())


def _part(word: str, group: str) -> str:
    if group == "opener":
        return "train"
    share = sha256(f"harm-short-1\0{word.lower()}".encode()).digest()[0] / 256
    return "train" if share < 0.7 else "tune" if share < 0.85 else "test"


def _texts(word: str, frames: str, each: int) -> list[str]:
    bare, *others = listed(frames)
    return [frame.replace("{}", word) for frame in (bare, *_drawn(others, word)[: each - 1])]


def short_rows(clean: dict[str, int]) -> Iterator[dict[str, Any]]:
    """Every short text with its labels and its part."""
    groups = (
        ("talk", TALK_ZH, TALK_FRAMES_ZH, EACH_TALK),
        ("talk", TALK_EN, TALK_FRAMES_EN, EACH_TALK),
        ("opener", OPENERS, TALK_FRAMES_ZH, EACH_TALK),
        ("thing", THINGS_ZH, FRAMES_ZH, EACH),
        ("thing", THINGS_EN, FRAMES_EN, EACH),
        ("people", PEOPLE_ZH, PEOPLE_FRAMES_ZH, EACH),
        ("people", PEOPLE_EN, PEOPLE_FRAMES_EN, EACH),
        ("machine", MACHINE, "{}", 1),
    )
    seen: set[str] = set()
    for group, words, frames, each in groups:
        for word in listed(words):
            for text in _texts(word, frames, each):
                if text not in seen:
                    seen.add(text)
                    yield {
                        "id": f"short-{len(seen):05}",
                        "part": _part(word, group),
                        "text": text,
                        "labels": clean,
                        "group": group,
                    }
